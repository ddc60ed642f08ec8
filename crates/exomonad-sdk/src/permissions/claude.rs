//! The `permissions` object of Claude Code's settings. Claude can be told everything.

use serde_json::{Map, Value};

use super::pattern::Kind;
use super::{Permissions, ToolPattern, push_new};

impl Permissions {
    /// The `permissions` object of Claude's settings; a list that would be empty is not there.
    #[must_use]
    pub fn to_claude(&self) -> Value {
        let lists = [
            ("allow", rules(&self.allow)),
            ("ask", rules(&self.ask)),
            ("deny", rules(&self.deny)),
            ("additionalDirectories", self.directories.clone()),
        ];
        let filled = lists.into_iter().filter(|(_, list)| !list.is_empty());
        Value::Object(filled.map(|(name, list)| (name.to_owned(), Value::from(list))).collect::<Map<_, _>>())
    }
}

fn rules(patterns: &[ToolPattern]) -> Vec<String> {
    let mut rules = Vec::new();
    for pattern in patterns {
        push_new(&mut rules, rule(pattern));
    }
    rules
}

fn rule(pattern: &ToolPattern) -> String {
    match &pattern.0 {
        // Claude matches writes by `Edit`; `Write(path)` matches nothing.
        Kind::Write(path) => format!("Edit({path})"),
        Kind::Raw(rule) => rule.clone(),
        Kind::Bash(_)
        | Kind::Read(_)
        | Kind::Edit(_)
        | Kind::WebFetch(_)
        | Kind::McpServer(_)
        | Kind::McpTool { .. } => pattern.to_string(),
    }
}
