//! What `init` adds to Gemini CLI's settings.

use serde_json::{Map, Value, json};

use super::EVENTS;
use crate::harness::Harness;
use crate::harness::event::EventSpec;
use crate::harness::settings::{
    SERVER, SERVER_ARGUMENTS, SettingsFacts, TIMEOUT_SECONDS, artefact, element, member, shell_command,
};
use crate::install::{Artefact, Dialect, Entry};

/// Gemini counts a timeout in milliseconds.
const TIMEOUT_MILLISECONDS: u64 = TIMEOUT_SECONDS * 1000;

/// `trust` is what makes Gemini CLI offer a server's tools where nobody can be asked (seen in 0.61.0).
pub(in crate::harness) fn settings(facts: &SettingsFacts) -> Vec<Artefact> {
    let server = json!({"command": facts.exe.as_str(), "args": SERVER_ARGUMENTS, "trust": true});
    vec![Artefact {
        hooks: EVENTS.iter().filter(|spec| spec.installed).map(|spec| hook(spec, facts)).collect(),
        server: Some(member(&["mcpServers", SERVER], server)),
        ..artefact(Harness::Gemini, ".gemini/settings.json", Dialect::Comments)
    }]
}

fn hook(spec: &EventSpec, facts: &SettingsFacts) -> Entry {
    let command = json!({
        "type": "command",
        "name": format!("exomonad-{}", spec.name),
        "command": shell_command(Harness::Gemini, spec, facts),
        "timeout": TIMEOUT_MILLISECONDS,
    });
    let mut group = Map::new();
    if spec.on_tool {
        group.insert("matcher".to_owned(), json!("*"));
    }
    group.insert("hooks".to_owned(), Value::Array(vec![command]));
    element(&["hooks", spec.wire], Value::Object(group))
}
