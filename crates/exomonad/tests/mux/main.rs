//! What every multiplexer must do alike, asked of the real programs. `cargo xtask e2e` brings zellij; tmux is the machine's.
//!
//! Every test has servers of its own in a directory of its own, and ends them whatever becomes of it. The user's are never
//! touched.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test's helper fails by panicking, and this program reads its own environment"
)]

/// Makes one test of each case for each multiplexer.
macro_rules! contract {
    ($($case:ident),+ $(,)?) => {
        contract!(@ tmux Tmux $($case)+);
        contract!(@ zellij Zellij $($case)+);
        contract!(@ headless Headless $($case)+);
    };
    (@ $module:ident $kind:ident $($case:ident)+) => {
        mod $module {
            $(#[test]
            fn $case() {
                super::$case(&crate::bench::Bench::new(exomonad_host::mux::MuxKind::$kind));
            })+
        }
    };
}

mod attach;
mod bench;
mod life;
mod names;
mod open;
mod popup;
mod question;
mod spec;
mod typing;
