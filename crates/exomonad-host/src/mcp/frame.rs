//! Cuts a stream of bytes into frames: one line each. Knows no clock, no stream and no JSON.
//!
//! Rule: whatever comes in, no more than one frame's limit is kept of a line, and every line gives at most one frame.

use std::collections::VecDeque;

/// The most bytes of one frame.
pub(super) const MAX_FRAME: usize = 64 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What a line was.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// Text, without the end of its line. Never blank.
    Text(String),
    /// Not UTF-8 from this byte on.
    NotText { at: usize },
    /// Longer than a frame may be; its content is gone.
    TooLong { size: usize },
}

/// Cuts frames.
#[derive(Debug)]
pub(super) struct Cutter {
    limit: usize,
    line: Vec<u8>,
    /// Bytes of the line so far, those that were not kept included.
    size: usize,
    begun: bool,
    ready: VecDeque<Frame>,
}

impl Cutter {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, line: Vec::new(), size: 0, begun: false, ready: VecDeque::new() }
    }

    /// Takes what came in.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            match part.strip_suffix(b"\n") {
                Some(rest) => {
                    self.extend(rest);
                    self.cut();
                }
                None => self.extend(part),
            }
        }
    }

    /// Says that nothing more comes in: what is left of a line is a frame, too.
    pub(super) fn finish(&mut self) {
        self.cut();
    }

    /// The next frame.
    pub(super) fn pop(&mut self) -> Option<Frame> {
        self.ready.pop_front()
    }

    fn extend(&mut self, part: &[u8]) {
        self.size += part.len();
        if self.size <= self.limit {
            self.line.extend_from_slice(part);
        } else {
            self.line = Vec::new();
        }
    }

    fn cut(&mut self) {
        let size = std::mem::take(&mut self.size);
        let mut line = std::mem::take(&mut self.line);
        let first = !std::mem::replace(&mut self.begun, true);
        if size > self.limit {
            self.ready.push_back(Frame::TooLong { size });
            return;
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        if first && line.starts_with(BYTE_ORDER_MARK) {
            line.drain(..BYTE_ORDER_MARK.len());
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        self.ready.push_back(match String::from_utf8(line) {
            Ok(text) => Frame::Text(text),
            Err(err) => Frame::NotText { at: err.utf8_error().valid_up_to() },
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Cutter, Frame};

    const LIMIT: usize = 16;

    fn cut(chunks: &[&[u8]]) -> Vec<Frame> {
        let mut cutter = Cutter::new(LIMIT);
        for chunk in chunks {
            cutter.push(chunk);
        }
        cutter.finish();
        std::iter::from_fn(|| cutter.pop()).collect()
    }

    fn text(text: &str) -> Frame {
        Frame::Text(text.to_owned())
    }

    #[test]
    fn a_line_is_a_frame_however_it_arrives() {
        assert_eq!(cut(&[b"ab\ncd\n"]), [text("ab"), text("cd")]);
        assert_eq!(cut(&[b"a", b"b\nc", b"", b"d", b"\n"]), [text("ab"), text("cd")]);
    }

    #[test]
    fn carriage_returns_blank_lines_and_a_byte_order_mark_are_no_content() {
        assert_eq!(cut(&[b"\xEF\xBB\xBFab\r\n\r\n \t\n\ncd\r\n"]), [text("ab"), text("cd")]);
        assert_eq!(cut(&[b"\xEF\xBB\xBF\nab"]), [text("ab")]);
        assert_eq!(cut(&[b"ab\n\xEF\xBB\xBFcd"]), [text("ab"), text("\u{feff}cd")]);
    }

    #[test]
    fn the_rest_of_a_line_at_the_end_is_a_frame() {
        assert_eq!(cut(&[b"ab\ncd"]), [text("ab"), text("cd")]);
        assert_eq!(cut(&[b"ab\n"]), [text("ab")]);
        assert_eq!(cut(&[]), []);
    }

    #[test]
    fn a_line_that_is_not_utf_8_says_where() {
        assert_eq!(cut(&[b"ab\xFFc\nok\n"]), [Frame::NotText { at: 2 }, text("ok")]);
        assert_eq!(cut(&["é".as_bytes().split_at(1).0]), [Frame::NotText { at: 0 }]);
    }

    #[test]
    fn a_line_over_the_limit_is_skipped_and_the_next_one_is_whole() {
        assert_eq!(cut(&[&[b'x'; 16], b"\nok\n"]), [text(&"x".repeat(16)), text("ok")]);
        assert_eq!(cut(&[&[b'x'; 16], b"y\nok\n"]), [Frame::TooLong { size: 17 }, text("ok")]);
    }

    proptest! {
        #[test]
        fn how_bytes_are_split_changes_nothing(bytes in any::<Vec<u8>>(), at in any::<prop::sample::Index>()) {
            let (first, rest) = bytes.split_at(at.index(bytes.len() + 1));
            prop_assert_eq!(cut(&[first, rest]), cut(&[&bytes]));
        }

        #[test]
        fn no_more_than_the_limit_is_kept(chunks in prop::collection::vec(any::<Vec<u8>>(), 0..20)) {
            let mut cutter = Cutter::new(LIMIT);
            for chunk in &chunks {
                cutter.push(chunk);
                prop_assert!(cutter.line.len() <= LIMIT);
            }
            cutter.finish();
            let lines = chunks.concat().split(|byte| *byte == b'\n').count();
            prop_assert!(std::iter::from_fn(|| cutter.pop()).count() <= lines);
        }
    }
}
