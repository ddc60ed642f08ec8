//! The agents of a project: their names, who is asking, and how they are started, watched and ended.

mod cleanup;
mod context;
mod files;
mod identity;
mod launch;
mod leftovers;
mod name;
mod own_files;
mod process;
mod reap;
mod repair;
mod run;
mod site;
mod spawn;
mod stop;
pub mod workspace;

pub use cleanup::{Cleaned, CleanupError, Force, Work, cleanup, work};
pub(crate) use context::{Facts, context};
pub use files::{AgentFiles, write_private};
pub use identity::{IdentityError, Seeker, resolve};
pub use launch::{Conversation, Launch, Permissions};
pub use name::{AgentName, NameError, nearest};
pub use own_files::OwnFileError;
use own_files::write_own_files;
pub use process::ProcessIdentity;
pub use reap::reap;
pub use repair::{Repaired, repair};
pub use run::{Launcher, Ran, RunError};
pub use site::Site;
pub use spawn::{Follower, SpawnError, SpawnRequest, Spawned, Step, spawn};
pub use stop::{StopError, stop};
pub use workspace::WorkspaceError;
