//! Looks for messages in the new part of a harness's record of a conversation.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use camino::Utf8Path;

use crate::harness::{Harness, TranscriptLine};
use crate::store::TranscriptMark;

/// The most bytes that are read of a record. Half of it are the first new ones, where a message is expected, and half the last.
const MOST: u64 = 4 << 20;

/// So many lines of which we know none are not in a form that we know.
const UNKNOWN_LINES: usize = 20;

/// The new part of a record.
#[derive(Debug)]
pub(super) struct Transcript {
    harness: Harness,
    text: String,
    /// Nothing of the new part was left out.
    whole: bool,
}

/// What a record says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// The model was given it.
    Given,
    /// It is not there. `ended`: the last thing there is the end of a turn.
    Absent { ended: bool },
    /// There is no record that we can read, or not all of it was read.
    Unknown,
}

impl Transcript {
    /// Reads what a record has beyond a mark. A record that is shorter was written anew, and its end is read.
    pub(super) fn load(harness: Harness, mark: &TranscriptMark) -> io::Result<Self> {
        let mut file = File::open(&mark.path)?;
        let length = file.metadata()?.len();
        let (begin, whole) = match mark.bytes <= length {
            true => (mark.bytes, length - mark.bytes <= MOST),
            false => (length.saturating_sub(MOST), true),
        };
        let mut bytes = Vec::new();
        if whole {
            read(&mut file, begin, MOST, &mut bytes)?;
        } else {
            read(&mut file, begin, MOST / 2, &mut bytes)?;
            // What is cut in two is no line of the record.
            bytes.push(b'\n');
            read(&mut file, length - MOST / 2, MOST / 2, &mut bytes)?;
        }
        Ok(Self { harness, text: String::from_utf8_lossy(&bytes).into_owned(), whole })
    }

    /// Looks for a text that only one message has.
    pub(super) fn find(&self, mark: &str) -> Found {
        let lines = || self.text.lines().map(str::trim).filter(|line| !line.is_empty());
        let given = |line: &str| self.harness.read_transcript(line) == TranscriptLine::Given;
        if lines().any(|line| line.contains(mark) && given(line)) {
            return Found::Given;
        }
        let read = lines().rev().map(|line| self.harness.read_transcript(line));
        let last = read.clone().find(|line| *line != TranscriptLine::Other);
        let strange = last.is_none() && read.count() >= UNKNOWN_LINES;
        if strange || !self.whole || !self.harness.keeps_transcript() {
            return Found::Unknown;
        }
        Found::Absent { ended: last == Some(TranscriptLine::Ended) }
    }
}

/// How long a record is now; 0 when there is none.
pub(super) fn length(path: &Utf8Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

fn read(file: &mut File, from: u64, most: u64, into: &mut Vec<u8>) -> io::Result<()> {
    file.seek(SeekFrom::Start(from))?;
    file.take(most).read_to_end(into)?;
    Ok(())
}

#[cfg(test)]
mod tests;
