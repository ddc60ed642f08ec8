//! Judges paths: those of file tools, and those that commands and MCP tools name.

use exomonad_sdk::ToolUse;

use super::Guard;
use super::mention::{guarded_path, unquoted};
use super::places::Zone;
use super::touch::Act;
use crate::path::{Dir, Path, dir};
use crate::shell::Value;

impl Guard<'_> {
    /// Paths that a file tool writes.
    pub(super) fn files(&mut self, cwd: &str, paths: &[String]) -> Option<String> {
        paths.iter().find_map(|path| {
            let expanded = self.without_tilde(path);
            let path = Path::new(&Value::text(expanded), &dir(cwd), false);
            self.path(&path, Act::Write)
        })
    }

    fn without_tilde(&self, path: &str) -> String {
        match (path.strip_prefix("~/"), self.places.home()) {
            (Some(rest), Some(home)) => format!("{home}/{rest}"),
            _ => path.to_owned(),
        }
    }

    /// An MCP tool that may write must not name what is protected.
    pub(super) fn mcp(&mut self, cwd: &str, tool: &ToolUse) -> Option<String> {
        let mcp = tool.mcp.as_ref()?;
        let name = mcp.name.to_ascii_lowercase();
        let reads = ["read", "get", "list", "search", "find", "view"].iter().any(|word| name.contains(word));
        if reads || mcp.server == "exomonad" {
            return None;
        }
        let input: serde_json::Value = serde_json::from_str(&tool.input).unwrap_or_default();
        let cwd = dir(cwd);
        strings(&input).into_iter().find_map(|text| {
            // Prose may speak of anything: only what is a path, or the code of a command, counts.
            if text.contains(char::is_whitespace)
                && !(name.contains("exec")
                    || name.contains("run")
                    || name.contains("shell")
                    || name.contains("command"))
            {
                return None;
            }
            let expanded = self.without_tilde(text);
            if !text.contains(char::is_whitespace)
                && let Some(reason) =
                    self.guarded(&Path::new(&Value::text(expanded), &cwd, false), Act::Remove)
            {
                return Some(reason);
            }
            guarded_path(&unquoted(text), &cwd, &self.places).map(|path| guarded_reason(&path))
        })
    }

    /// Whether something may be done to a path, by its name and by where its links lead.
    pub(super) fn path(&mut self, path: &Path, act: Act) -> Option<String> {
        if let Some(reason) = self.guarded(path, act) {
            return Some(reason);
        }
        let resolved = self.resolved(path, act);
        if let Some(reason) = resolved.as_ref().and_then(|resolved| self.guarded(resolved, act)) {
            return Some(reason);
        }
        let real = resolved.as_ref().unwrap_or(path);
        let writes = matches!(act, Act::Write | Act::Remove | Act::Fill);
        if self.confined && writes && !self.places.is_writable(real) {
            let known = self.places.shown(&real.known_names());
            return Some(format!(
                "`{known}` is outside your workspace `{}`; write inside it, or ask your parent to make the change",
                self.places.workspace()
            ));
        }
        None
    }

    /// Whether a path is protected, by its name alone.
    pub(super) fn guarded(&self, path: &Path, act: Act) -> Option<String> {
        let refused = match self.places.zone(path) {
            Zone::Guarded => true,
            Zone::Foreign => match act {
                Act::Write | Act::Remove | Act::Fill | Act::Alias => {
                    let known = self.places.shown(&path.known_names());
                    return Some(format!(
                        "`{known}` is another agent's workspace; send that agent a message instead of changing its files"
                    ));
                }
                Act::Name => false,
            },
            Zone::AboveGuarded => match act {
                Act::Remove => true,
                Act::Fill | Act::Alias => self.places.is_close_above(path),
                Act::Write | Act::Name => false,
            },
            Zone::Free => false,
        };
        if !refused {
            return None;
        }
        let shown = path
            .known()
            .map_or_else(|| path.shown(), |known| self.places.shown(&dir(&known).unwrap_or_default()));
        Some(match self.places.zone(path) {
            Zone::AboveGuarded => format!(
                "`{shown}` holds files that guard the agents (settings, hooks or `.exomonad`) and may not be changed as a whole by an agent; name the files you mean"
            ),
            Zone::Guarded | Zone::Foreign | Zone::Free => guarded_reason(&shown),
        })
    }

    /// Where the path leads once links are followed; absent when that is not known or nothing new.
    fn resolved(&mut self, path: &Path, act: Act) -> Option<Path> {
        let mut known = path.known_names();
        // Deleting a link leaves what it leads to.
        if act == Act::Remove && known.len() == path.names.len() {
            known.pop();
        }
        if known.is_empty() || self.questions == 0 {
            return None;
        }
        self.questions -= 1;
        let answer = self.host.fs_resolve(&crate::path::shown(&known)).ok()?;
        Some(path.with_beginning(&dir(&answer)?, known.len()))
    }

    /// A path that a program was given, which may be a link.
    pub(super) fn linked(&mut self, path: &Path) -> Option<String> {
        let resolved = self.resolved(path, Act::Name)?;
        self.guarded(&resolved, Act::Name)
    }
}

pub(super) fn guarded_reason(path: &str) -> String {
    format!("`{path}` guards the agents and may not be changed by one; ask your human to change it")
}

fn strings(value: &serde_json::Value) -> Vec<&str> {
    const MAX_STRINGS: usize = 1_000;
    let mut found = Vec::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            serde_json::Value::String(text) => found.push(text.as_str()),
            serde_json::Value::Array(items) => open.extend(items),
            serde_json::Value::Object(fields) => open.extend(fields.values()),
            serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
        }
        if found.len() > MAX_STRINGS {
            break;
        }
    }
    found
}

/// The directory a `Dir` stands for, for a message.
pub(super) fn directory(dir: &Dir) -> String {
    dir.as_ref().map_or_else(|| "an unknown directory".to_owned(), |names| crate::path::shown(names))
}
