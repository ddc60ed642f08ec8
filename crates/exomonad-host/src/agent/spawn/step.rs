//! The steps of a spawn, in their order.

/// What is about to be done. An agent's journal holds the last one that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The name was taken; nothing else was made.
    Reserved,
    /// Makes the branch and the worktree, or the standalone repository.
    Workspace,
    /// Copies what `.worktreeinclude` names.
    Include,
    /// Runs the project's `setup` command.
    Setup,
    /// Writes the harness's settings, registers our MCP server, and has the harness trust the directory.
    Settings,
    /// Writes the prompt and the environment for the launcher.
    Prompt,
    /// Opens the tab or pane, in which the launcher starts.
    Pane,
    /// The launcher started the harness: the spawn is done.
    Running,
}

impl Step {
    /// Every step, in their order.
    pub const ALL: [Self; 8] = [
        Self::Reserved,
        Self::Workspace,
        Self::Include,
        Self::Setup,
        Self::Settings,
        Self::Prompt,
        Self::Pane,
        Self::Running,
    ];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Workspace => "workspace",
            Self::Include => "include",
            Self::Setup => "setup",
            Self::Settings => "settings",
            Self::Prompt => "prompt",
            Self::Pane => "pane",
            Self::Running => "running",
        }
    }

    /// The step of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}
