//! What the fixture can be told to do.

use std::hint::black_box;

use exomonad_sdk::kv::Scope;
use exomonad_sdk::{Decision, Host};

const PREFIX: &str = "fixture_";
const MIB: usize = 1024 * 1024;

/// One way to behave, well or badly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// No opinion.
    Pass,
    Allow,
    Deny,
    Ask,
    Rewrite,
    Block,
    Halt,
    Context,
    /// Panics.
    Trap,
    /// Never returns.
    Spin,
    /// Never stops asking for memory.
    Alloc,
    /// Never stops asking for effects.
    Effects,
    /// Answers with 64 MiB.
    Huge,
}

impl Behaviour {
    /// The behaviour that the first `fixture_<behaviour>` in `text` names; an unknown name is `Pass`.
    pub(crate) fn named_in(text: &str) -> Self {
        let Some((_, rest)) = text.split_once(PREFIX) else { return Self::Pass };
        match rest.split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or_default() {
            "allow" => Self::Allow,
            "deny" => Self::Deny,
            "ask" => Self::Ask,
            "rewrite" => Self::Rewrite,
            "block" => Self::Block,
            "halt" => Self::Halt,
            "context" => Self::Context,
            "trap" => Self::Trap,
            "spin" => Self::Spin,
            "alloc" => Self::Alloc,
            "effects" => Self::Effects,
            "huge" => Self::Huge,
            _ => Self::Pass,
        }
    }

    pub(crate) fn act(self, host: &mut dyn Host) -> Decision {
        match self {
            Self::Pass => Decision::pass(),
            Self::Allow => Decision::allow(),
            Self::Deny => Decision::deny("the fixture denies"),
            Self::Ask => Decision::ask("the fixture asks"),
            Self::Rewrite => Decision::rewrite(r#"{"command":"echo rewritten by the fixture"}"#),
            Self::Block => Decision::block("the fixture blocks"),
            Self::Halt => Decision::halt("the fixture halts"),
            Self::Context => Decision::context("the fixture's context"),
            Self::Trap => trap(),
            Self::Spin => spin(),
            Self::Alloc => exhaust_memory(),
            Self::Effects => exhaust_effects(host),
            Self::Huge => Decision::context("x".repeat(64 * MIB)),
        }
    }
}

#[expect(clippy::panic, reason = "the host's tests want a trap")]
fn trap() -> ! {
    panic!("the fixture was told to trap")
}

fn spin() -> ! {
    loop {
        black_box(());
    }
}

fn exhaust_memory() -> ! {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    loop {
        kept.push(vec![1; MIB]);
        black_box(&kept);
    }
}

fn exhaust_effects(host: &mut dyn Host) -> ! {
    loop {
        drop(black_box(host.kv_get(Scope::Agent, "fixture")));
    }
}
