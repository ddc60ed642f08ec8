//! The agents of a project: their names, and who is asking.

mod context;
mod identity;
mod name;
mod process;

pub(crate) use context::{Facts, context};
pub use identity::{IdentityError, Seeker, resolve};
pub use name::{AgentName, NameError};
pub use process::ProcessIdentity;
