//! The tools of one agent: what the guest offers its role, how a call goes, and
//! what the guest makes of an event.
//!
//! Knows nothing of MCP: `mcp/` and the command line call the same tools in the same way.

mod call;
mod error;
mod react;
mod toolbox;

pub use call::Call;
pub use error::{CallError, ToolboxError};
pub(crate) use react::ReactError;
pub use toolbox::{Calls, Request, Toolbox};
