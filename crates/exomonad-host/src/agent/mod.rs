//! The agents of a project: their names, and who is asking.

mod identity;
mod name;

pub use identity::{IdentityError, Seeker, resolve};
pub use name::{AgentName, NameError};
