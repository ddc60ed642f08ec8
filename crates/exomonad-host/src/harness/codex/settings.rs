//! What `init` adds to Codex's hooks file.

use serde_json::{Map, Value, json};

use super::EVENTS;
use crate::contract::HookKind;
use crate::harness::Harness;
use crate::harness::event::{EventSpec, FailureClass};
use crate::harness::settings::{
    SERVER, SERVER_ARGUMENTS, SettingsFacts, TIMEOUT_SECONDS, artefact, element, plain_command, quoted,
    shell_command,
};
use crate::install::{Artefact, Dialect, Entry};

/// Codex cuts a session-end hook off after three seconds, whatever its entry says.
const SESSION_END_SECONDS: u64 = 3;

pub(in crate::harness) fn settings(facts: &SettingsFacts) -> Vec<Artefact> {
    vec![Artefact {
        hooks: EVENTS.iter().filter(|spec| spec.installed).map(|spec| hook(spec, facts)).collect(),
        ..artefact(Harness::Codex, ".codex/hooks.json", Dialect::Strict)
    }]
}

/// Codex keeps its servers in a TOML file of the user's, for all projects.
pub(in crate::harness) fn registration(facts: &SettingsFacts) -> String {
    let exe = quoted(facts.exe.as_str());
    format!("codex mcp add {SERVER} -- {exe} {}", SERVER_ARGUMENTS.join(" "))
}

fn hook(spec: &EventSpec, facts: &SettingsFacts) -> Entry {
    let timeout = if spec.kind == HookKind::SessionEnd { SESSION_END_SECONDS } else { TIMEOUT_SECONDS };
    let command = json!({ "type": "command", "command": command(spec, facts), "timeout": timeout });
    let mut group = Map::new();
    if spec.on_tool {
        group.insert("matcher".to_owned(), json!("*"));
    }
    group.insert("hooks".to_owned(), Value::Array(vec![command]));
    element(&["hooks", spec.wire], Value::Object(group))
}

/// Codex takes exit status 2 for a refusal only with a reason on stderr, so a silent crash has to be given one.
fn command(spec: &EventSpec, facts: &SettingsFacts) -> String {
    match spec.class {
        FailureClass::Guard => format!(
            "{} || {{ [ $? -eq 2 ] || echo 'the exomonad hook failed' >&2; exit 2; }}",
            plain_command(Harness::Codex, spec, facts)
        ),
        FailureClass::Nudge => shell_command(Harness::Codex, spec, facts),
    }
}
