//! The tools that the MCP conformance suite calls, by the names it gives them.

use exomonad_sdk::Role;

/// Gives them to a role.
pub(crate) fn add(role: Role) -> Role {
    role
}
