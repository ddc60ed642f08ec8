//! The tools of the agent that a command is about.

use exomonad_host::clock::Clock;
use exomonad_host::engine::GuestSource;
use exomonad_host::tool::{Calls, Request, Toolbox, ToolboxError};

use super::project::now_ms;
use crate::cli::WhoArgs;
use crate::env::Env;

impl WhoArgs {
    /// The agent's tools. A name on the command line wins over the launcher's.
    pub(crate) fn toolbox(
        &self,
        env: &Env,
        guest: &GuestSource,
        calls: Calls,
    ) -> Result<Toolbox, ToolboxError> {
        Toolbox::open(&Request {
            dir: self.dir.as_deref().unwrap_or(&env.dir),
            claimed: self.agent.as_deref().or(env.agent.as_deref()),
            surroundings: &env.surroundings,
            user_config: env.user_config().as_deref(),
            clock: Clock::new(now_ms),
            guest,
            calls,
        })
    }
}
