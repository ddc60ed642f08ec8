//! A hook program that records what a real agent sends it and answers what a test told it to.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use crate::project::Project;

/// Seconds an agent waits for the recorder.
const TIMEOUT_SECONDS: u64 = 20;

/// A hook program installed in a project's `PATH`.
#[derive(Debug)]
pub struct HookRecorder {
    program: Utf8PathBuf,
    sent: Utf8PathBuf,
    answers: Utf8PathBuf,
}

impl HookRecorder {
    /// Installs the program; it answers nothing until it is told to.
    #[must_use]
    pub fn install(project: &Project) -> Self {
        let sent = made(project.temp().join("hooks-sent"));
        let answers = made(project.temp().join("hook-answers"));
        // An answer is given once: the file is moved away before it is printed.
        let script = format!(
            "payload=$(mktemp '{sent}'/\"$1\".XXXXXX) && cat > \"$payload\"\n\
             mv '{answers}'/\"$1\" \"$payload.answer\" 2>/dev/null && cat \"$payload.answer\"\n\
             exit 0"
        );
        Self { program: project.install_script("record-hook", &script), sent, answers }
    }

    /// Answers the next call for an event with this text on stdout; later calls get nothing again.
    pub fn answer_once(&self, event: &str, stdout: &str) {
        write(&self.answers.join(event), stdout);
    }

    /// The shell command that records one event.
    #[must_use]
    pub fn command(&self, event: &str) -> String {
        format!("'{}' {event}", self.program)
    }

    /// Claude Code's settings that send these events to the recorder.
    #[must_use]
    pub fn claude_settings(&self, events: &[&str]) -> Value {
        self.settings(events, TIMEOUT_SECONDS)
    }

    /// Gemini CLI's settings that send these events to the recorder.
    #[must_use]
    pub fn gemini_settings(&self, events: &[&str]) -> Value {
        self.settings(events, TIMEOUT_SECONDS * 1000)
    }

    /// The payloads that came for an event, in no particular order.
    #[must_use]
    pub fn payloads(&self, event: &str) -> Vec<Value> {
        let entries = fs::read_dir(&self.sent).expect("list the recorded payloads");
        let names = entries.map(|entry| entry.expect("read a directory entry").path());
        let is_payload = |path: &std::path::PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let mut parts = name.split('.');
            parts.next() == Some(event) && parts.count() == 1
        };
        names.filter(is_payload).map(|path| parsed(&path)).collect()
    }

    fn settings(&self, events: &[&str], timeout: u64) -> Value {
        let entry = |event: &str| json!([{"hooks": [{"type": "command", "command": self.command(event), "timeout": timeout}]}]);
        let hooks: serde_json::Map<_, _> =
            events.iter().map(|event| ((*event).to_owned(), entry(event))).collect();
        json!({ "hooks": hooks })
    }
}

fn parsed(path: &std::path::Path) -> Value {
    let text = fs::read_to_string(path).expect("read a recorded payload");
    serde_json::from_str(&text).unwrap_or_else(|err| panic!("a payload is not JSON: {err}\n{text}"))
}

fn made(dir: Utf8PathBuf) -> Utf8PathBuf {
    fs::create_dir_all(&dir).unwrap_or_else(|err| panic!("failed to make `{dir}`: {err}"));
    dir
}

fn write(path: &Utf8Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|err| panic!("failed to write `{path}`: {err}"));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::HookRecorder;
    use crate::project::Project;

    #[test]
    fn a_payload_is_kept_and_an_answer_given_once() {
        let project = Project::new();
        let recorder = HookRecorder::install(&project);
        recorder.answer_once("Stop", "{}");
        let call = |payload: &str| {
            project
                .run("sh")
                .args(["-c", &recorder.command("Stop")])
                .input(payload)
                .output()
                .require_success()
        };
        assert_eq!(call(r#"{"n": 1}"#).stdout, "{}");
        assert_eq!(call(r#"{"n": 1}"#).stdout, "");
        assert_eq!(recorder.payloads("Stop"), [json!({"n": 1}), json!({"n": 1})]);
        assert_eq!(recorder.payloads("SubagentStop"), Vec::<serde_json::Value>::new());
    }
}
