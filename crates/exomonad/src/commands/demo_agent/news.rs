//! What a scripted agent reads, taken apart as a model would: messages of others, and everything else.

/// One thing that it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum News {
    /// A message of somebody.
    Message(Message),
    /// It may not end its turn, and why.
    Held(String),
    /// Anything else: its task, what a hook added.
    Words(String),
}

/// A message as its recipient reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// Who wrote it.
    pub(super) from: String,
    /// Its id.
    pub(super) id: String,
    /// What it says.
    pub(super) body: String,
}

impl Message {
    /// The number of the pull request that it is about: the first number after a `#`.
    pub(super) fn pull_request(&self) -> Option<u64> {
        self.body.split('#').skip(1).find_map(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        })
    }
}

/// Takes a text apart. `other` says what the part without a header is.
pub(super) fn read(text: &str, other: fn(String) -> News) -> Vec<News> {
    let mut news = Vec::new();
    let mut before = String::new();
    let mut open: Option<Message> = None;
    for line in text.lines() {
        if let Some((from, id)) = header(line) {
            news.extend(open.take().map(News::Message));
            open = Some(Message { from: from.to_owned(), id: id.to_owned(), body: String::new() });
            continue;
        }
        let body = open.as_mut().map_or(&mut before, |message| &mut message.body);
        body.push_str(line);
        body.push('\n');
    }
    news.extend(open.map(News::Message));
    if !before.trim().is_empty() {
        news.insert(0, other(before.trim().to_owned()));
    }
    news
}

/// The sender and the id of a line such as `[from greet #ID]` or `[from greet #ID] (answers ID)`.
fn header(line: &str) -> Option<(&str, &str)> {
    let (inside, rest) = line.strip_prefix('[')?.split_once(']')?;
    if !rest.is_empty() && !rest.starts_with(" (answers ") {
        return None;
    }
    let named = inside.strip_prefix("from ").or_else(|| inside.strip_prefix("FAILED "))?;
    let (from, id) = named.split_once(" #")?;
    let is_id = id.len() == 36 && id.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    is_id.then_some((from, id))
}

#[cfg(test)]
mod tests {
    use super::{Message, News, read};

    const ID: &str = "019aa2c4-6a3e-7c51-b1a0-2f4f3f1f0c11";

    #[test]
    fn messages_are_told_from_the_words_before_them() {
        let text = format!(
            "held\n\n[from greet #{ID}] (answers {ID})\nPR #12\nis [from x] done\n[FAILED docs #{ID}]\nno\n"
        );
        let message = |from: &str, body: &str| {
            News::Message(Message { from: from.to_owned(), id: ID.to_owned(), body: body.to_owned() })
        };
        let expected = [
            News::Held("held".to_owned()),
            message("greet", "PR #12\nis [from x] done\n"),
            message("docs", "no\n"),
        ];
        assert_eq!(read(&text, News::Held), expected);
        assert_eq!(read("only words\n", News::Words), [News::Words("only words".to_owned())]);
        assert_eq!(read("[from greet #12]", News::Words).len(), 1, "that is no id");
    }

    #[test]
    fn a_pull_request_is_known_by_its_number() {
        let check = |body: &str, expect: Option<u64>| {
            let message = Message { from: String::new(), id: String::new(), body: body.to_owned() };
            assert_eq!(message.pull_request(), expect, "{body}");
        };
        check("done\n\nPR #12\n", Some(12));
        check("# Title\nsee #7", Some(7));
        check("none", None);
    }
}
