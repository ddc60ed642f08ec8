//! The tools of one agent: what the guest offers its role, and how a call goes.
//!
//! Knows nothing of MCP: `mcp/` and the command line call the same tools in the same way.

mod call;
mod error;
mod toolbox;

pub use call::Call;
pub use error::{CallError, ToolboxError};
pub use toolbox::{Calls, Request, Toolbox};
