//! What a record of a conversation proves.

use camino::Utf8PathBuf;
use tempfile::TempDir;

use super::{Found, MOST, Transcript, length};
use crate::harness::Harness;
use crate::store::TranscriptMark;

const ID: &str = "#0199]";

struct Record {
    _dir: TempDir,
    path: Utf8PathBuf,
}

fn record(text: &str) -> Record {
    let dir = TempDir::new().unwrap();
    let path = Utf8PathBuf::from_path_buf(dir.path().join("record.jsonl")).unwrap();
    let record = Record { _dir: dir, path };
    record.write(text);
    record
}

impl Record {
    #[expect(clippy::disallowed_methods, reason = "a test's file need not survive a crash")]
    fn write(&self, text: &str) {
        std::fs::write(&self.path, text).unwrap();
    }

    fn find(&self, harness: Harness, bytes: u64) -> Found {
        let mark = TranscriptMark { path: self.path.clone(), bytes };
        Transcript::load(harness, &mark).unwrap().find(ID)
    }
}

/// Lines as Claude Code 2.1.329 writes them, without what does not matter here.
const CLAUDE_CONTEXT: &str = r##"{"isSidechain":false,"type":"attachment","attachment":{"type":"hook_additional_context","content":["[from a #0199]\nx"],"hookEvent":"PostToolUse"}}"##;
const CLAUDE_PRINTED: &str = r##"{"isSidechain":false,"type":"attachment","attachment":{"type":"hook_success","content":"","stdout":"{\"x\": \"[from a #0199]\"}"}}"##;
const CLAUDE_BLOCKED: &str = r##"{"type":"attachment","attachment":{"type":"hook_blocking_error","blockingError":{"blockingError":"[from a #0199]"}}}"##;
const CLAUDE_STOP: &str = r##"{"type":"user","isMeta":true,"message":{"role":"user","content":"Stop hook feedback:\n[from a #0199]\nx"}}"##;
const CLAUDE_SUBAGENT: &str =
    r##"{"isSidechain":true,"type":"user","message":{"role":"user","content":"[from a #0199]"}}"##;
const CLAUDE_CALL: &str =
    r#"{"type":"assistant","message":{"stop_reason":"tool_use","content":[{"type":"tool_use"}]}}"#;
const CLAUDE_PART: &str =
    r#"{"type":"assistant","message":{"stop_reason":null,"content":[{"type":"text","text":"x"}]}}"#;
const CLAUDE_END: &str =
    r#"{"type":"assistant","message":{"stop_reason":"end_turn","content":[{"type":"text","text":"x"}]}}"#;
const CLAUDE_OTHER: &str = r#"{"type":"last-prompt","lastPrompt":"x"}"#;

/// Lines as Gemini CLI 0.61 writes them.
const GEMINI_PROMPT: &str = r##"{"id":"1","type":"user","content":[{"text":"[from a #0199]\nx"}]}"##;
const GEMINI_RESULT: &str = r##"{"id":"2","type":"gemini","content":"","toolCalls":[{"result":[{"functionResponse":{"response":{"output":"<hook_context>[from a #0199]"}}}]}]}"##;
const GEMINI_END: &str = r#"{"id":"3","type":"gemini","content":"done"}"#;
const GEMINI_SET: &str = r##"{"$set":{"lastUpdated":"x #0199]"}}"##;

fn check(harness: Harness, lines: &[&str], expect: Found) {
    let record = record(&lines.join("\n"));
    assert_eq!(record.find(harness, 0), expect, "{lines:?}");
}

#[test]
fn claude_s_record_shows_what_its_model_was_given_and_not_what_a_hook_printed() {
    let claude = |lines: &[&str], expect| check(Harness::Claude, lines, expect);
    let absent = |ended| Found::Absent { ended };
    claude(&[CLAUDE_PRINTED, CLAUDE_CONTEXT], Found::Given);
    claude(&[CLAUDE_STOP, CLAUDE_BLOCKED, CLAUDE_END], Found::Given);
    claude(&[CLAUDE_PRINTED, CLAUDE_END], absent(true));
    claude(&[CLAUDE_BLOCKED, CLAUDE_END, CLAUDE_OTHER], absent(true));
    claude(&[CLAUDE_SUBAGENT, CLAUDE_CALL], absent(false));
    claude(&[CLAUDE_END, CLAUDE_CALL], absent(false));
    claude(&[CLAUDE_PART], absent(false));
    claude(&[], absent(false));
}

#[test]
fn gemini_s_record_shows_what_its_model_was_given() {
    check(Harness::Gemini, &[GEMINI_PROMPT, GEMINI_SET], Found::Given);
    check(Harness::Gemini, &[GEMINI_RESULT], Found::Given);
    check(Harness::Gemini, &[GEMINI_END, GEMINI_SET], Found::Absent { ended: true });
    check(Harness::Gemini, &[GEMINI_SET], Found::Absent { ended: false });
}

#[test]
fn a_record_in_an_unknown_form_proves_nothing() {
    check(Harness::Claude, &[GEMINI_SET; 30], Found::Unknown);
    check(Harness::Codex, &[CLAUDE_CONTEXT, CLAUDE_END], Found::Unknown);
    // A line that is being written is read by the next hook.
    check(Harness::Claude, &[CLAUDE_CONTEXT.get(..100).unwrap()], Found::Absent { ended: false });
}

#[test]
fn only_what_is_new_counts_unless_the_record_was_written_anew() {
    let record = record(&format!("{CLAUDE_CONTEXT}\n"));
    let bytes = length(&record.path);
    assert_eq!(record.find(Harness::Claude, bytes), Found::Absent { ended: false });
    record.write(CLAUDE_STOP);
    assert!(length(&record.path) < bytes);
    assert_eq!(record.find(Harness::Claude, bytes), Found::Given);
    assert_eq!(length("/nowhere/at/all".into()), 0);
}

#[test]
fn of_a_long_record_the_first_and_the_last_new_lines_are_read() {
    let filler = "x".repeat(usize::try_from(MOST).unwrap());
    let check = |text: &str, expect| assert_eq!(record(text).find(Harness::Claude, 0), expect);
    check(&format!("{CLAUDE_CONTEXT}\n{filler}\n{CLAUDE_END}"), Found::Given);
    check(&format!("{CLAUDE_END}\n{filler}\n{CLAUDE_CONTEXT}"), Found::Given);
    check(&format!("{CLAUDE_CALL}\n{filler}\n{CLAUDE_END}"), Found::Unknown);
}
