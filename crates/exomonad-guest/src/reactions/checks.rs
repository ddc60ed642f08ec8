//! What is known of the checks of an agent's pull request, from one event to the next.

use exomonad_sdk::kv::Scope;
use exomonad_sdk::{EffectError, Host};

/// How the checks of a commit went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checks {
    Passed,
    Failed,
}

impl Checks {
    fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
        }
    }
}

/// Keeps how they went.
pub(super) fn remember(
    host: &mut dyn Host,
    number: u64,
    head_sha: &str,
    checks: Checks,
) -> Result<(), EffectError> {
    host.kv_set(Scope::Agent, &key(number), &format!("{} {head_sha}", checks.word()))
}

/// How they went, if anything is known of this commit's.
pub(super) fn recall(
    host: &mut dyn Host,
    number: u64,
    head_sha: &str,
) -> Result<Option<Checks>, EffectError> {
    let kept = host.kv_get(Scope::Agent, &key(number))?.unwrap_or_default();
    let known = kept.split_once(' ').filter(|(_, commit)| *commit == head_sha);
    Ok(known.and_then(|(word, _)| {
        [Checks::Passed, Checks::Failed].into_iter().find(|checks| checks.word() == word)
    }))
}

fn key(number: u64) -> String {
    format!("checks.{number}")
}
