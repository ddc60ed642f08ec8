//! The steps of a spawn, in their order.

/// What is about to be done. An agent's journal holds the last one that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Takes the name; nothing else is made.
    Reserved,
    /// Makes the agent's own directory, and the branch with the worktree or the standalone repository.
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
    /// Waits until the launcher has started the harness. From then on the agent's state is not `starting` any more, and
    /// the spawn is done.
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

    /// How many steps come before it, and how many there are.
    #[must_use]
    pub fn position(self) -> (u32, u32) {
        let before = Self::ALL.iter().filter(|step| **step < self).count();
        let count = |steps| u32::try_from(steps).unwrap_or(u32::MAX);
        (count(before), count(Self::ALL.len()))
    }

    /// What is done in it, for whoever waits.
    #[must_use]
    pub fn act(self) -> &'static str {
        match self {
            Self::Reserved => "taking the name",
            Self::Workspace => "making the workspace",
            Self::Include => "copying what `.worktreeinclude` names",
            Self::Setup => "running the project's setup command",
            Self::Settings => "writing the harness's settings",
            Self::Prompt => "writing the prompt",
            Self::Pane => "opening the terminal",
            Self::Running => "starting the harness",
        }
    }

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
