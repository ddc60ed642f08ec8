//! Counts the tokens of conversations from their harnesses' own records, of which only what is new is read each time.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use camino::{Utf8Path, Utf8PathBuf};

use crate::harness::Harness;
use crate::store::RecordRow;

/// The most bytes of one record that are read at once, so that a long one keeps the others waiting only for a moment.
const PORTION: u64 = 4 << 20;

/// How many tokens a conversation took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tokens {
    /// What the model has before it now.
    pub context: u64,
    /// What it wrote in all.
    pub written: u64,
}

/// The counts of many conversations, which go on where they ended.
#[derive(Debug, Default)]
pub struct Tally {
    counts: HashMap<Utf8PathBuf, Count>,
}

/// One record, as far as it was read.
#[derive(Debug, Default)]
struct Count {
    bytes: u64,
    answer: String,
    /// What the latest answer wrote, which is told again with each part of it.
    latest: u64,
    before: u64,
    context: Option<u64>,
}

impl Tally {
    /// What each agent's latest conversation took, by the agent's name. One whose harness does not tell is left out.
    #[must_use]
    pub fn count(&mut self, records: &[RecordRow]) -> HashMap<String, Tokens> {
        self.counts.retain(|path, _| records.iter().any(|record| record.path == *path));
        records
            .iter()
            .filter_map(|record| {
                let harness = record.harness.parse::<Harness>().ok()?;
                let count = self.counts.entry(record.path.clone()).or_default();
                if let Err(err) = count.read(harness, &record.path) {
                    tracing::debug!(%err, path = %record.path, "a conversation's record cannot be read");
                }
                Some((record.agent.clone(), count.tokens()?))
            })
            .collect()
    }
}

impl Count {
    fn tokens(&self) -> Option<Tokens> {
        let context = self.context?;
        Some(Tokens { context, written: self.before.saturating_add(self.latest) })
    }

    /// Reads on, to the end of the last line that is whole.
    fn read(&mut self, harness: Harness, path: &Utf8Path) -> io::Result<()> {
        let length = match std::fs::metadata(path) {
            Ok(metadata) => metadata.len(),
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(err) => return Err(err),
        };
        if length < self.bytes {
            // It was written anew.
            *self = Self::default();
        }
        while self.bytes < length {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(self.bytes))?;
            let mut bytes = Vec::new();
            file.take(PORTION).read_to_end(&mut bytes)?;
            let is_full = u64::try_from(bytes.len()).is_ok_and(|read| read == PORTION);
            let end = match bytes.iter().rposition(|byte| *byte == b'\n') {
                Some(newline) => newline + 1,
                // A line that is longer than that is passed over.
                None if is_full => bytes.len(),
                None => return Ok(()),
            };
            bytes.truncate(end);
            self.bytes = self.bytes.saturating_add(u64::try_from(end).unwrap_or(u64::MAX));
            for line in String::from_utf8_lossy(&bytes).lines() {
                self.add(harness, line);
            }
        }
        Ok(())
    }

    fn add(&mut self, harness: Harness, line: &str) {
        let Some(usage) = harness.read_usage(line) else { return };
        if usage.answer != self.answer {
            self.before = self.before.saturating_add(self.latest);
            self.answer = usage.answer;
        }
        self.latest = usage.written;
        self.context = Some(usage.context);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use camino::Utf8PathBuf;

    use super::{Tally, Tokens};
    use crate::store::RecordRow;

    fn line(id: &str, input: u64, output: u64) -> String {
        format!(
            "{{\"type\":\"assistant\",\"message\":{{\"id\":\"{id}\",\"usage\":{{\"input_tokens\":{input},\"output_tokens\":{output}}}}}}}\n"
        )
    }

    #[test]
    fn an_answer_counts_once_however_many_lines_tell_of_it_and_whenever_they_come() {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(dir.path().join("s.jsonl")).unwrap();
        let record = RecordRow { agent: "api".to_owned(), harness: "claude".to_owned(), path: path.clone() };
        let mut tally = Tally::default();
        let mut check = |expect: Option<(u64, u64)>| {
            let expect = expect.map(|(context, written)| Tokens { context, written });
            assert_eq!(tally.count(std::slice::from_ref(&record)).get("api").copied(), expect);
        };
        check(None);
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(b"{\"type\":\"user\"}\n").unwrap();
        check(None);
        file.write_all((line("a", 100, 1) + &line("a", 100, 5) + &line("b", 110, 7)).as_bytes()).unwrap();
        check(Some((117, 12)));
        // A part of a line is none.
        let next = line("c", 200, 1);
        let (begin, rest) = next.split_at(30);
        file.write_all(begin.as_bytes()).unwrap();
        check(Some((117, 12)));
        file.write_all(rest.as_bytes()).unwrap();
        check(Some((201, 13)));
        std::fs::File::create(&path).unwrap().write_all(line("d", 1, 1).as_bytes()).unwrap();
        check(Some((2, 1)));
    }
}
