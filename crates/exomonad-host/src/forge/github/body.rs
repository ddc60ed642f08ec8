//! What the description of a pull request is made of: the agent's words, what the host knows of the work, and whatever
//! people added.
//!
//! Rules: what a person wrote stays; a description or a title is replaced only while it is exactly what was written here
//! last, which a mark in the description tells; what the host knows stands between marks of its own.

use sha2::{Digest as _, Sha256};

const BEGIN: &str = "<!-- exomonad:begin ";
const MARK_END: &str = " -->";
const END: &str = "<!-- exomonad:end -->";
const HEADING: &str = "### Receipt";

/// The most characters of a description that GitHub takes, with some room for what people add.
pub(super) const CHARACTERS: usize = 60_000;

/// A description, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Body {
    /// What it is about.
    pub(super) text: String,
    /// What the host knows, in lines; absent where it says nothing.
    pub(super) receipt: Option<String>,
    /// What follows that.
    pub(super) rest: String,
    /// What was written here last: the digests of the title and of the text.
    written: Option<(String, String)>,
}

impl Body {
    /// Takes a description apart.
    pub(super) fn parse(body: &str) -> Self {
        let body = body.replace("\r\n", "\n");
        let whole = || Self { text: body.trim().to_owned(), ..Self::default() };
        let Some((text, rest)) = body.split_once(BEGIN) else { return whole() };
        let Some((mark, rest)) = rest.split_once(MARK_END) else { return whole() };
        let Some((section, rest)) = rest.split_once(END) else { return whole() };
        let lines: Vec<_> = section.lines().filter_map(|line| line.strip_prefix("* ")).collect();
        let written = mark.split_once(' ').map(|(title, text)| (title.to_owned(), text.to_owned()));
        Self {
            text: text.trim().to_owned(),
            receipt: Some(lines.join("\n")).filter(|receipt| !receipt.is_empty()),
            rest: rest.trim().to_owned(),
            written,
        }
    }

    /// The words of people and agents, without what the host knows.
    pub(super) fn words(&self) -> String {
        let parts = [self.text.as_str(), self.rest.as_str()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
    }

    /// The description of a new pull request.
    pub(super) fn new(title: &str, text: &str, receipt: Option<&str>) -> Self {
        Self {
            text: text.to_owned(),
            receipt: receipt.map(str::to_owned),
            rest: String::new(),
            written: Some((digest(title), digest(text))),
        }
    }

    /// The title and the description that are to take the place of those that there are.
    pub(super) fn updated(
        self,
        old_title: &str,
        title: &str,
        text: &str,
        receipt: Option<&str>,
    ) -> (String, Self) {
        let Some((wrote_title, wrote_text)) = self.written.clone() else {
            // Not one of ours, or a person took the mark away.
            return (old_title.to_owned(), self);
        };
        let (has_title, has_text) = (digest(old_title) == wrote_title, digest(&self.text) == wrote_text);
        let title = if has_title && !title.is_empty() { title } else { old_title };
        let text = if has_text && !text.is_empty() { text.to_owned() } else { self.text };
        let written = (
            if has_title { digest(title) } else { wrote_title },
            if has_text { digest(&text) } else { wrote_text },
        );
        let receipt = receipt.map(str::to_owned).or(self.receipt);
        (title.to_owned(), Self { text, receipt, rest: self.rest, written: Some(written) })
    }

    /// As GitHub gets it.
    pub(super) fn render(&self) -> String {
        let mut parts = vec![self.text.clone()];
        if let Some((title, text)) = &self.written {
            let mark = format!("{BEGIN}{title} {text}{MARK_END}");
            let lines = self.receipt.as_deref().map(|receipt| {
                let lines: Vec<_> = receipt.lines().map(|line| format!("* {}", plain(line))).collect();
                format!(
                    "{HEADING}\n\nexomonad found this out; the author did not write it.\n\n{}",
                    lines.join("\n")
                )
            });
            parts.push(
                [Some(mark), lines, Some(END.to_owned())]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join("\n"),
            );
        }
        parts.push(self.rest.clone());
        parts.retain(|part| !part.is_empty());
        parts.join("\n\n")
    }
}

/// Nothing in a line of a receipt, such as a branch's name, ends the section or notifies anybody.
fn plain(line: &str) -> String {
    line.replace("<!--", "<!\u{200b}--").replace('@', "@\u{200b}")
}

/// Tells whether a text is still the same, whatever became of the blanks around it.
fn digest(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let digest = Sha256::digest(text.trim().as_bytes());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::Body;

    /// The body as GitHub gives it back, and a title that goes with it.
    fn round(body: &Body) -> Body {
        Body::parse(&body.render().replace('\n', "\r\n"))
    }

    #[test]
    fn a_description_is_read_as_it_was_written() {
        for (text, receipt) in
            [("What.\n\nWhy.", Some("one\ntwo")), ("", Some("one")), ("t", None), ("", None)]
        {
            let body = Body::new("title", text, receipt);
            assert_eq!(round(&body), body, "{}", body.render());
        }
        let theirs = Body::parse("Just words.\n");
        assert_eq!((theirs.words().as_str(), theirs.render().as_str()), ("Just words.", "Just words."));
    }

    #[test]
    fn what_is_still_ours_is_replaced_and_what_a_person_changed_stays() {
        let check = |edit: &dyn Fn(String) -> String, old_title: &str, expect: (&str, &str)| {
            let written = Body::new("t1", "text1", Some("r1")).render();
            let (title, body) = Body::parse(&edit(written)).updated(old_title, "t2", "text2", Some("r2"));
            assert_eq!((title.as_str(), body.words().as_str()), expect);
            // Filing again with the same changes nothing more.
            let again = round(&body).updated(&title, "t2", "text2", Some("r2"));
            assert_eq!(again, (title, body));
        };
        check(&|body| body, "t1", ("t2", "text2"));
        check(&|body| body, "theirs", ("theirs", "text2"));
        check(&|body| body.replace("text1", "text1, and more"), "t1", ("t2", "text1, and more"));
        check(&|body| format!("{body}\n\nCloses #5"), "t1", ("t2", "text2\n\nCloses #5"));
        check(&|_| "all theirs".to_owned(), "t1", ("t1", "all theirs"));
    }

    #[test]
    fn an_empty_title_or_text_leaves_what_there_is() {
        let old = Body::parse(&Body::new("t1", "text1", Some("r1")).render());
        let (title, body) = old.updated("t1", "", "", None);
        assert_eq!(
            (title.as_str(), body.text.as_str(), body.receipt.as_deref()),
            ("t1", "text1", Some("r1"))
        );
    }

    #[test]
    fn a_line_of_a_receipt_ends_no_section_and_calls_nobody() {
        let body = Body::new("t", "text", Some("branch `<!-- exomonad:end -->` of @somebody"));
        let read = round(&body);
        assert_eq!(read.words(), "text");
        assert!(!body.render().contains("@somebody"));
    }
}
