//! A project: a repository with exomonad's state in it.

mod create;
mod installed;
mod pending;

pub use create::{CreateError, Created, create, hide};
pub use installed::{Installed, installed};
pub use pending::{Pending, pending};
