//! How much an agent may do without being asked, in Claude Code's words.

use super::launch::{LaunchError, LaunchFacts};

/// A permission mode. One is always pinned: a harness's own default differs from version to version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PermissionMode {
    Default,
    AcceptEdits,
    Plan,
    Auto,
    DontAsk,
    BypassPermissions,
}

impl PermissionMode {
    const ALL: [Self; 6] =
        [Self::Default, Self::AcceptEdits, Self::Plan, Self::Auto, Self::DontAsk, Self::BypassPermissions];

    /// The word for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            // Claude Code 2.1.329 calls it `manual`, too, which 2.1.197 does not know.
            Self::Default => "default",
            Self::AcceptEdits => "acceptEdits",
            Self::Plan => "plan",
            Self::Auto => "auto",
            Self::DontAsk => "dontAsk",
            Self::BypassPermissions => "bypassPermissions",
        }
    }

    /// The one that the launch asks for, as far as the user allows it.
    pub(super) fn of(facts: &LaunchFacts<'_>) -> Result<Self, LaunchError> {
        let Some(name) = facts.launch.permission_mode.as_deref() else { return Ok(Self::Default) };
        let known = Self::ALL.into_iter().find(|mode| mode.name() == name);
        let mode = known.ok_or_else(|| unknown(name))?;
        if mode == Self::BypassPermissions && !facts.may_skip_permissions {
            return Err(LaunchError::Refused {
                message: "permission mode `bypassPermissions` is not allowed in this project".to_owned(),
                hint: "use `acceptEdits` with the tools the agent needs allowed; only your human can set `agents.skip_permissions = true` in `.exomonad/config.local.toml`"
                    .to_owned(),
            });
        }
        Ok(mode)
    }
}

/// The error for a mode that the harness does not have; `known` are those it has.
pub(super) fn unsupported(harness: &str, mode: PermissionMode, known: &[PermissionMode]) -> LaunchError {
    LaunchError::Unsupported {
        message: format!("{harness} has no permission mode `{}`", mode.name()),
        hint: format!("expected one of: {}", names(known)),
    }
}

fn unknown(name: &str) -> LaunchError {
    let shown: String = name.chars().take(100).collect();
    LaunchError::Unsupported {
        message: format!("unknown permission mode `{}`", shown.escape_debug()),
        hint: format!("expected one of: {}", names(&PermissionMode::ALL)),
    }
}

fn names(modes: &[PermissionMode]) -> String {
    modes.iter().map(|mode| mode.name()).collect::<Vec<_>>().join(", ")
}
