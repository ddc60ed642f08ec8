//! What is typed of a message.

use camino::Utf8PathBuf;

use super::*;
use crate::contract::messages::MessageState;

const ID: &str = "019a0000-0000-7000-8000-000000000001";

fn message(body: &str) -> Message {
    Message {
        id: ID.to_owned(),
        from: "api".to_owned(),
        to: "root".to_owned(),
        kind: "message".to_owned(),
        body: body.to_owned(),
        reply_to: None,
        human: false,
        receipt: None,
        state: MessageState::Handed,
        time_ms: 1,
    }
}

fn line(message: &Message) -> (tempfile::TempDir, Utf8PathBuf, String) {
    let dir = tempfile::tempdir().unwrap();
    let workspace = Utf8PathBuf::from_path_buf(dir.path().to_owned()).unwrap();
    let line = typed(message, 450, &workspace).unwrap();
    assert_eq!(was_typed(message, 450, &workspace), line, "it can be told again");
    assert!(line.as_str().chars().count() <= 450, "{line:?}");
    assert!(!line.as_str().contains('\n'), "{line:?}");
    (dir, workspace, line.as_str().to_owned())
}

#[test]
fn a_short_line_is_typed_whole_behind_who_sent_it() {
    let check = |body: &str, expect: &str| {
        let (_dir, workspace, line) = line(&message(body));
        assert_eq!(line, format!("[exomonad from api #{ID}] {expect}"));
        assert!(!workspace.join(".exomonad").exists());
    };
    check("look at the tests", "look at the tests");
    check("!rm -rf /", "!rm -rf /");
    check("/quit\n", "/quit");
    check("größer", "größer");
}

#[test]
fn a_report_of_failure_says_so() {
    let (_dir, _, line) = line(&Message { kind: "report.failure".to_owned(), ..message("no") });
    assert_eq!(line, format!("[exomonad FAILED api #{ID}] no"));
}

#[test]
fn what_is_more_than_a_plain_line_is_in_a_file_and_the_line_says_where() {
    let long = "word ".repeat(10_000);
    let cases = [
        ("two\nlines", "two lines"),
        ("see @src/main.rs", "see"),
        ("@/etc/passwd", ""),
        ("ends with \\", "ends with \\"),
        ("out\u{1b}[201~\rrm", "out[201~rm"),
        (long.as_str(), "word word word"),
    ];
    for (body, beginning) in cases {
        let (_dir, workspace, line) = line(&message(body));
        let below = format!(".exomonad/inbox/{ID}.md");
        assert!(line.starts_with(&format!("[exomonad from api #{ID}] {beginning}")), "{body:?}: {line}");
        assert!(
            line.ends_with(&format!("… all of this message is in the file {below}: read that")),
            "{line}"
        );
        let kept = std::fs::read_to_string(workspace.join(below)).unwrap();
        assert!(kept.contains(body.replace(['\u{1b}', '\r'], "").trim()), "{kept}");
        assert!(!line.contains('@') && !line.contains('\u{1b}'), "{line}");
    }
}
