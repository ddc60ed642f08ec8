//! The agents of a project: their names, who is asking, and how they are started, watched and ended.

mod cleanup;
mod context;
mod files;
mod glance;
mod identity;
mod launch;
mod lead;
mod leftovers;
mod name;
mod own_files;
mod process;
mod reap;
mod repair;
mod run;
mod site;
mod spawn;
mod speaker;
mod standing;
mod stop;
mod tally;
mod view;
pub mod workspace;

pub use cleanup::{Cleaned, CleanupError, Force, Work, cleanup, work};
pub(crate) use context::{Facts, context};
pub use files::{AgentFiles, write_private};
pub use glance::Glance;
pub use identity::{IdentityError, Seeker, resolve};
pub use launch::{Conversation, Launch, Permissions};
pub use lead::{
    LeadError, LeadProgram, LeadStart, SessionAct, SessionGround, SessionPlan, SessionWish, await_lead,
    lead_run, open_session, plan_session, socket_risk,
};
pub use name::{AgentName, NameError, nearest};
pub use own_files::OwnFileError;
use own_files::write_own_files;
pub use process::ProcessIdentity;
pub use reap::reap;
pub use repair::{Repaired, repair};
pub use run::{Launcher, Ran, RunError};
pub use site::Site;
pub use spawn::{Follower, SpawnError, SpawnRequest, Spawned, Step, spawn};
pub use speaker::{Speaker, SpeakerError, agent_of, speaker};
pub use standing::verifications_of;
pub(crate) use standing::{StandingError, Worker, record_verification, standing};
pub use stop::{StopError, stop};
pub use tally::{Tally, Tokens};
pub use view::{AgentView, exit_words, view_agent, view_agents};
pub use workspace::WorkspaceError;
