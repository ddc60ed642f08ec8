//! exomonad's own policy: the roles, their tools, what their hooks decide, and who is told of what happens.
//!
//! Pure: everything it knows comes in the context, the hook or event, and the replies to effects.

mod evidence;
mod guard;
mod path;
mod quote;
mod reactions;
mod redact;
mod roles;
mod rules;
mod shell;
mod standing;
mod tools;

use exomonad_sdk::{Action, Context, Event, Host, Policy, Role};

/// The built-in guest.
#[derive(Debug)]
pub struct Builtin;

impl Policy for Builtin {
    const NAME: &'static str = "builtin";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const EVENTS: &'static [&'static str] = reactions::EVENTS;

    fn on_event(host: &mut dyn Host, cx: &Context, event: &Event) -> Vec<Action> {
        reactions::react(host, cx, event)
    }

    fn roles() -> Vec<Role> {
        vec![roles::tl(), roles::dev(), roles::worker()]
    }
}

#[cfg(target_family = "wasm")]
exomonad_sdk::export_guest!(Builtin);
