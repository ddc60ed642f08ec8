//! What we know of one hook event of one harness.

use crate::contract::HookKind;

/// What a failure of ours means for the harness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureClass {
    /// Failing means no: the tool does not run.
    Guard,
    /// Failing means going on as if there were no hook.
    Nudge,
}

/// One hook event of one harness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSpec {
    /// The command line's name, the same for every harness, such as `pre-tool-use`.
    pub name: &'static str,
    /// The harness's own name, such as `PreToolUse` or `BeforeTool`.
    pub wire: &'static str,
    /// What the guest knows it as.
    pub kind: HookKind,
    /// What a failure of ours means.
    pub class: FailureClass,
    /// `init` registers it. Events nobody can answer, or that fire at every model call, are not.
    pub installed: bool,
    /// Its settings entry takes a matcher on the tool's name.
    pub on_tool: bool,
    /// Its answer can add to what the model reads.
    pub context: bool,
    /// Its answer can show something to the user.
    pub message: bool,
}

impl EventSpec {
    /// An event that `init` leaves alone and whose answer is always empty.
    pub(super) const fn unused(name: &'static str, wire: &'static str, kind: HookKind) -> Self {
        Self {
            name,
            wire,
            kind,
            class: FailureClass::Nudge,
            installed: false,
            on_tool: false,
            context: false,
            message: false,
        }
    }

    /// An event that `init` registers.
    pub(super) const fn used(name: &'static str, wire: &'static str, kind: HookKind) -> Self {
        Self { installed: true, message: true, ..Self::unused(name, wire, kind) }
    }

    /// A failure of ours refuses.
    pub fn is_guard(&self) -> bool {
        self.class == FailureClass::Guard
    }

    pub(super) const fn guard(mut self) -> Self {
        self.class = FailureClass::Guard;
        self
    }

    pub(super) const fn on_tool(mut self) -> Self {
        self.on_tool = true;
        self
    }

    pub(super) const fn context(mut self) -> Self {
        self.context = true;
        self
    }

    pub(super) const fn silent(mut self) -> Self {
        self.message = false;
        self
    }
}

/// Names by which older set-ups and other harnesses call the same event.
const ALIASES: &[(&str, &str)] = &[
    ("after-agent", "stop"),
    ("before-tool", "pre-tool-use"),
    ("after-tool", "post-tool-use"),
    ("before-agent", "user-prompt-submit"),
    ("pre-compress", "pre-compact"),
];

/// The event of the table with this name, alias or wire name.
pub(super) fn find(events: &'static [EventSpec], name: &str) -> Option<&'static EventSpec> {
    let canonical = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, canonical)| canonical);
    events.iter().find(|spec| spec.name == canonical || spec.wire == name)
}

/// The event of the table with this wire name.
pub(super) fn find_wire(events: &'static [EventSpec], wire: &str) -> Option<&'static EventSpec> {
    events.iter().find(|spec| spec.wire == wire)
}
