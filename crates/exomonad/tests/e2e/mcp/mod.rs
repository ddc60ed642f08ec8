//! Our MCP server, as clients that we did not write meet it.

mod conformance;
mod excuses;
mod golden;
mod harness;
mod inspector;
mod sdk;
mod served;

pub(crate) use self::served::installed;
