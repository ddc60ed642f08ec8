//! What `init` adds to Gemini CLI's settings.

use serde_json::{Map, Value, json};

use super::EVENTS;
use crate::harness::Harness;
use crate::harness::event::EventSpec;
use crate::harness::settings::{SettingsFacts, TIMEOUT_SECONDS, shell_command};
use crate::install::{Entry, Place};

/// Gemini counts a timeout in milliseconds.
const TIMEOUT_MILLISECONDS: u64 = TIMEOUT_SECONDS * 1000;

pub(in crate::harness) fn settings(facts: &SettingsFacts) -> Vec<Entry> {
    EVENTS.iter().filter(|spec| spec.installed).map(|spec| hook(spec, facts)).collect()
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
    Entry {
        path: vec!["hooks".to_owned(), spec.wire.to_owned()],
        place: Place::Element,
        value: Value::Object(group),
    }
}
