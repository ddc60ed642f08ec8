//! How the user's file is laid out, and our values in the same way.

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::tree::Node;

/// The layout of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) newline: &'static str,
    /// One step of indentation.
    pub(super) unit: String,
    /// Whether values stand on lines of their own.
    pub(super) is_pretty: bool,
    /// What stands after a comma or colon on one line.
    pub(super) gap: &'static str,
}

impl Style {
    pub(super) fn of(text: &str, root: &Node) -> Self {
        let is_empty = root.spans().is_empty();
        let inside = text.get(root.start..root.end).unwrap_or_default();
        let is_pretty = is_empty || inside.contains('\n');
        let first = root.spans().first().map(|(start, _)| indentation(text, *start));
        let base = indentation(text, root.start);
        let unit = first.and_then(|first| first.strip_prefix(base)).filter(|unit| !unit.is_empty());
        Self {
            newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
            unit: unit.unwrap_or("  ").to_owned(),
            is_pretty,
            gap: if is_pretty || inside.contains(": ") { " " } else { "" },
        }
    }

    /// The value as it stands in a line that is indented by `indent`.
    pub(super) fn print(&self, value: &Value, indent: &str) -> String {
        if !self.is_pretty {
            return value.to_string();
        }
        let mut bytes = Vec::new();
        let formatter = PrettyFormatter::with_indent(self.unit.as_bytes());
        let printed = value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter));
        let text = match printed {
            Ok(()) => String::from_utf8(bytes).unwrap_or_else(|_| value.to_string()),
            Err(_) => value.to_string(),
        };
        // A newline inside a string is escaped, so every newline here is layout.
        text.replace('\n', &format!("{}{indent}", self.newline))
    }
}

/// The space at the start of the line that `offset` is in.
pub(super) fn indentation(text: &str, offset: usize) -> &str {
    let before = text.get(..offset).unwrap_or(text);
    let line =
        before.rfind(['\n', '\r']).map_or(before, |newline| before.get(newline + 1..).unwrap_or_default());
    let space = line.len() - line.trim_start_matches([' ', '\t']).len();
    line.get(..space).unwrap_or_default()
}

/// Whether only space stands before `offset` in its line, and the line is not the first.
pub(super) fn starts_its_line(text: &str, offset: usize) -> bool {
    let before = text.get(..offset).unwrap_or(text);
    before.trim_end_matches([' ', '\t']).ends_with(['\n', '\r'])
}
