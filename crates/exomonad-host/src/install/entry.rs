//! One thing we add to a settings file that belongs to the user.

use serde_json::Value;

/// A value of ours inside a JSON settings file. A hook and a server can be recognised by their value alone; text, such as a
/// permission rule, only by the record.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The object keys that lead to it, such as `["hooks", "PreToolUse"]`.
    pub path: Vec<String>,
    /// How it stands there.
    pub place: Place,
    /// The value.
    pub value: Value,
}

/// How an [`Entry`] stands at its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// One element of the array at the path, beside the user's.
    Element,
    /// The value of the last key of the path.
    Member,
}
