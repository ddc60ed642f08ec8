//! What a terminal sends for the keys that are pressed.

/// A key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    Char(char),
    Paste(String),
    Enter,
    Tab,
    BackTab,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Backspace,
    Delete,
    Escape,
    Interrupt,
    Suspend,
}

/// What a paste ends with, once the terminal was told to mark pastes.
const PASTE_END: &[u8] = b"\x1b[201~";

/// The longest sequence that is a key. What is longer is none.
const SEQUENCE: usize = 32;

/// Reads keys from bytes that come in any portions.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    held: Vec<u8>,
    pastes: bool,
}

impl Decoder {
    /// The keys that are whole by now.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Vec<Key> {
        self.held.extend_from_slice(bytes);
        let mut keys = Vec::new();
        while let Some((key, used)) = self.step() {
            self.held.drain(..used.min(self.held.len()));
            keys.extend(key);
        }
        keys
    }

    /// Nothing more came: what was held is a key of its own.
    pub(crate) fn flush(&mut self) -> Option<Key> {
        if self.pastes {
            return None;
        }
        let is_escape = self.held.first() == Some(&0x1b);
        self.held.clear();
        is_escape.then_some(Key::Escape)
    }

    /// Whether a part of a key is there.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.held.is_empty() && !self.pastes
    }

    /// The next key, if it is one, and how many bytes it takes; nothing while it is not whole.
    fn step(&mut self) -> Option<(Option<Key>, usize)> {
        if self.pastes {
            let end = self.held.windows(PASTE_END.len()).position(|window| window == PASTE_END)?;
            let text = String::from_utf8_lossy(self.held.get(..end)?).into_owned();
            self.pastes = false;
            return Some((Some(Key::Paste(text)), end + PASTE_END.len()));
        }
        match *self.held.first()? {
            0x1b => self.sequence(),
            b'\r' | b'\n' => Some((Some(Key::Enter), 1)),
            b'\t' => Some((Some(Key::Tab), 1)),
            0x7f | 0x08 => Some((Some(Key::Backspace), 1)),
            0x03 => Some((Some(Key::Interrupt), 1)),
            0x1a => Some((Some(Key::Suspend), 1)),
            0x01 => Some((Some(Key::Home), 1)),
            0x05 => Some((Some(Key::End), 1)),
            0x00..0x20 => Some((None, 1)),
            first => self.text(first),
        }
    }

    fn text(&self, first: u8) -> Option<(Option<Key>, usize)> {
        let bytes = match first {
            0x00..0x80 => 1,
            0xc0..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0..0xf8 => 4,
            _ => return Some((None, 1)),
        };
        let whole = self.held.get(..bytes)?;
        match std::str::from_utf8(whole) {
            Ok(text) => Some((text.chars().next().filter(|c| !c.is_control()).map(Key::Char), bytes)),
            Err(_) => Some((None, 1)),
        }
    }

    fn sequence(&mut self) -> Option<(Option<Key>, usize)> {
        match *self.held.get(1)? {
            b'[' => {
                let rest = self.held.get(2..)?;
                let Some(end) = rest.iter().position(|byte| (0x40..=0x7e).contains(byte)) else {
                    // No key is so long.
                    return (rest.len() > SEQUENCE).then_some((None, 2));
                };
                let (parameters, last) = (rest.get(..end)?, *rest.get(end)?);
                if (parameters, last) == (b"200", b'~') {
                    self.pastes = true;
                    return Some((None, end + 3));
                }
                Some((named(parameters, last), end + 3))
            }
            b'O' => Some((named(b"", *self.held.get(2)?), 3)),
            // One after the other.
            0x1b => Some((Some(Key::Escape), 1)),
            // With Alt, which means nothing here.
            _ => Some((None, 2)),
        }
    }
}

/// The key of a sequence, by its numbers and its last byte.
fn named(parameters: &[u8], last: u8) -> Option<Key> {
    let number = parameters.split(|byte| *byte == b';').next().unwrap_or_default();
    match (last, number) {
        (b'A', _) => Some(Key::Up),
        (b'B', _) => Some(Key::Down),
        (b'C', _) => Some(Key::Right),
        (b'D', _) => Some(Key::Left),
        (b'H', _) | (b'~', b"1" | b"7") => Some(Key::Home),
        (b'F', _) | (b'~', b"4" | b"8") => Some(Key::End),
        (b'Z', _) => Some(Key::BackTab),
        (b'M', b"") => Some(Key::Enter),
        (b'~', b"3") => Some(Key::Delete),
        (b'~', b"5") => Some(Key::PageUp),
        (b'~', b"6") => Some(Key::PageDown),
        (_, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Decoder, Key};

    #[test]
    fn keys_are_told_however_their_bytes_come() {
        let check = |bytes: &[u8], expect: &[Key]| {
            assert_eq!(Decoder::default().feed(bytes), expect, "{bytes:?}");
            let mut decoder = Decoder::default();
            let one_by_one: Vec<Key> = bytes.iter().flat_map(|byte| decoder.feed(&[*byte])).collect();
            assert_eq!(one_by_one, expect, "{bytes:?}");
        };
        check(b"a\r\t\x7f\x03", &[Key::Char('a'), Key::Enter, Key::Tab, Key::Backspace, Key::Interrupt]);
        check(b"\x1a\x1bx", &[Key::Suspend]);
        check("ü日🦀".as_bytes(), &[Key::Char('ü'), Key::Char('日'), Key::Char('🦀')]);
        check(b"\x1b[A\x1b[1;2B\x1bOC\x1b[Z", &[Key::Up, Key::Down, Key::Right, Key::BackTab]);
        check(b"\x1b[3~\x1b[5~\x1b[1~\x1b[99~x", &[Key::Delete, Key::PageUp, Key::Home, Key::Char('x')]);
        check(
            b"\x1b[200~two\r\nlines\x1b[A\x1b[201~!",
            &[Key::Paste("two\r\nlines\x1b[A".to_owned()), Key::Char('!')],
        );
        check(b"\xff\x00b", &[Key::Char('b')]);
    }

    #[test]
    fn escape_is_a_key_once_nothing_follows_it() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.feed(b"\x1b"), []);
        assert!(decoder.is_waiting());
        assert_eq!(decoder.flush(), Some(Key::Escape));
        assert_eq!((decoder.flush(), decoder.is_waiting()), (None, false));
        assert_eq!(decoder.feed(b"\x1b\x1b[B"), [Key::Escape, Key::Down]);
    }

    proptest! {
        #[test]
        fn whatever_comes_a_flush_leaves_nothing_behind(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut decoder = Decoder::default();
            for key in decoder.feed(&bytes) {
                if let Key::Char(c) = key {
                    prop_assert!(!c.is_control());
                }
            }
            decoder.flush();
            prop_assert!(!decoder.is_waiting());
        }
    }
}
