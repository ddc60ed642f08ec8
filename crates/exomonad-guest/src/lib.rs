//! exomonad's own policy: the roles, their tools, and what their hooks decide.
//!
//! Pure: everything it knows comes in the context, the hook and the replies to effects.

mod evidence;
mod guard;
mod path;
mod redact;
mod roles;
mod rules;
mod shell;
mod standing;
mod tools;

use exomonad_sdk::{Policy, Role};

/// The built-in guest.
#[derive(Debug)]
pub struct Builtin;

impl Policy for Builtin {
    const NAME: &'static str = "builtin";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    fn roles() -> Vec<Role> {
        vec![roles::tl(), roles::dev(), roles::worker()]
    }
}

#[cfg(target_family = "wasm")]
exomonad_sdk::export_guest!(Builtin);
