//! How Codex knows a hook that its user trusts, as seen in 0.169.0.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The file by which Codex calls the hooks of its command line.
pub(super) const SESSION_FLAGS: &str = "/<session-flags>/config.toml";

/// Events whose matcher Codex ignores, and leaves out of the hash.
const WITHOUT_MATCHER: [&str; 2] = ["stop", "user_prompt_submit"];

/// The entries of `hooks.state` by which Codex trusts each command of a group, and nothing else: the group is the `index`th
/// of its event in the file. The hash is over the group's normal form, as JSON with sorted keys.
pub(super) fn trusted(file: &str, event: &str, index: usize, group: &Value) -> Vec<(String, Value)> {
    let event = snake_case(event);
    let matcher = group.get("matcher").filter(|_| !WITHOUT_MATCHER.contains(&event.as_str()));
    let commands = group.get("hooks").and_then(Value::as_array).into_iter().flatten().enumerate();
    let state = |(place, command): (usize, &Value)| {
        let mut normal = json!({
            "event_name": event,
            "hooks": [{
                "async": command.get("async").and_then(Value::as_bool).unwrap_or(false),
                "command": command.get("command"),
                "timeout": command.get("timeout"),
                "type": command.get("type"),
            }],
        });
        if let (Some(normal), Some(matcher)) = (normal.as_object_mut(), matcher) {
            normal.insert("matcher".to_owned(), matcher.clone());
        }
        let hash = Sha256::digest(normal.to_string().as_bytes());
        (format!("{file}:{event}:{index}:{place}"), json!({ "trusted_hash": format!("sha256:{hash:x}") }))
    };
    commands.map(state).collect()
}

/// An event's name as Codex keys it: `PreToolUse` is `pre_tool_use`.
fn snake_case(event: &str) -> String {
    let mut name = String::with_capacity(event.len() + 4);
    for letter in event.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Codex 0.169.0 wrote them into its `config.toml` when its user chose `Trust all`.
    #[test]
    fn a_hash_is_the_one_that_codex_keeps() {
        let group = |name: &str, timeout: u32| {
            let command = format!("/tmp/codex/t/hook.sh {name}");
            json!({"matcher": "*", "hooks": [{"type": "command", "command": command, "timeout": timeout}]})
        };
        let expected = [
            (
                "PreToolUse",
                10,
                "pre_tool_use",
                "c127c580734a9dc1e887014c28153abe86e9962b7a837adea74c64d4e9abb992",
            ),
            ("Stop", 10, "stop", "2e50b5450039b4e0664a66a4275cc88cd10506171ce8f59969d4d7781543ddab"),
            (
                "SessionEnd",
                3,
                "session_end",
                "71752eadf749dd0c53757aba7afd99c2652f258ee8cf6d0fe2f19171f1862e08",
            ),
        ];
        for (event, timeout, key, hash) in expected {
            let state = trusted(SESSION_FLAGS, event, 0, &group(event, timeout));
            let key = format!("/<session-flags>/config.toml:{key}:0:0");
            assert_eq!(state, [(key, json!({ "trusted_hash": format!("sha256:{hash}") }))]);
        }
    }
}
