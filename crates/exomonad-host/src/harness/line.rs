//! The line with which a running harness takes a message on its socket.

use serde_json::json;

use super::Harness;

impl Harness {
    /// A message for this conversation of the harness, as a line without its end; nothing for a harness without a socket.
    pub(crate) fn socket_line(self, session: &str, text: &str) -> Option<String> {
        match self {
            Self::Claude => {
                let message = json!({ "role": "user", "content": text });
                Some(json!({ "type": "user", "message": message, "session_id": session }).to_string())
            }
            Self::Gemini | Self::Codex => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;

    #[test]
    fn a_message_is_one_line_whatever_is_in_it() {
        let line = Harness::Claude.socket_line("s-1", "a\n!rm \"x\"\u{1b}").unwrap();
        let expect =
            r#"{"message":{"content":"a\n!rm \"x\"\u001b","role":"user"},"session_id":"s-1","type":"user"}"#;
        assert_eq!(line, expect);
        assert_eq!(Harness::Gemini.socket_line("s-1", "a"), None);
    }
}
