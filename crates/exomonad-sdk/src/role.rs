//! A role is a table: a name, tools, hooks.

use crate::hooks::decide;
use crate::tool::Entry;
use crate::{Context, Decision, Hook, HookKind, Hooks, Host, RoleInfo, Tool, ToolKind};

/// What the agents of one role can do, and who decides their hooks.
pub struct Role {
    name: &'static str,
    description: &'static str,
    tools: Vec<Entry>,
    interests: &'static [HookKind],
    pre_tool_kinds: &'static [ToolKind],
    instructions: &'static str,
    decide: fn(&mut dyn Host, &Context, &Hook) -> Decision,
}

impl Role {
    /// A role without tools, which has no opinion on any hook.
    #[must_use]
    pub fn new(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            description,
            tools: Vec::new(),
            interests: &[],
            pre_tool_kinds: &[],
            instructions: "",
            decide: |_, _, _| Decision::pass(),
        }
    }

    /// Adds a tool.
    #[must_use]
    pub fn tool<T: Tool>(mut self) -> Self {
        self.tools.push(Entry::of::<T>());
        self
    }

    /// Says what the agent is told of its role and its tools when its MCP client connects.
    #[must_use]
    pub fn instructions(self, instructions: &'static str) -> Self {
        Self { instructions, ..self }
    }

    /// Says who decides the hooks.
    #[must_use]
    pub fn hooks<H: Hooks>(self) -> Self {
        Self { interests: H::INTERESTS, pre_tool_kinds: H::PRE_TOOL_KINDS, decide: decide::<H>, ..self }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn find_tool(&self, name: &str) -> Option<&Entry> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    pub(crate) fn tool_names(&self) -> Vec<&'static str> {
        self.tools.iter().map(|tool| tool.name).collect()
    }

    pub(crate) fn decide(&self, host: &mut dyn Host, cx: &Context, hook: &Hook) -> Decision {
        (self.decide)(host, cx, hook)
    }

    pub(crate) fn info(&self) -> RoleInfo {
        RoleInfo {
            name: self.name.to_owned(),
            description: self.description.to_owned(),
            tools: self.tools.iter().map(Entry::info).collect(),
            hooks: self.interests.to_vec(),
            pre_tool_kinds: self.pre_tool_kinds.to_vec(),
            instructions: self.instructions.to_owned(),
        }
    }
}
