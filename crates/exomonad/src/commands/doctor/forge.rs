//! Where the project's pull requests live, why there, and whether that can be reached.

use std::sync::Arc;

use exomonad_host::explain;
use exomonad_host::forge::{Choice, ForgeError, Place, choose, prove};
use exomonad_host::git::Repository;
use exomonad_host::store::{Mode, Store};

use super::Finding;
use crate::commands::project::site;
use crate::env::Env;

/// Why it matters.
const WHY: &str = "pull requests and issues cannot be reached";

/// The forge of the project; over the network only where it is asked for.
pub(super) fn forge(env: &Env, repository: &Repository, is_asked: bool) -> Finding {
    let store = match Store::open(&repository.database(), Mode::Short) {
        Ok(store) => Arc::new(store),
        Err(err) => return Finding::note("forge", explain(&err), WHY, "run `exomonad init`"),
    };
    let site = match site(env, repository.clone(), store) {
        Ok(site) => site,
        Err(err) => return Finding::note("forge", format!("{err:#}"), WHY, "correct the configuration"),
    };
    let choice = match choose(&site) {
        Ok(choice) => choice,
        Err(err) => return bad(&err),
    };
    let what = words(&choice);
    if choice.place.is_none() || !is_asked {
        return Finding::good("forge", what);
    }
    match prove(&site) {
        Ok(Some(false)) => Finding::bad(
            "forge",
            format!("{what}; the token sees it, and may not push to it"),
            "no branch can be filed or merged",
            "give the token write access: docs/github.md lists what it needs",
        ),
        Ok(Some(true) | None) => Finding::good("forge", format!("{what}; it answers, and accepts the token")),
        Err(err) => bad(&err),
    }
}

fn bad(err: &ForgeError) -> Finding {
    Finding::bad("forge", explain(err), WHY, err.hint().unwrap_or_default())
}

/// Which one, and why. The token's value is never in it.
fn words(choice: &Choice) -> String {
    match &choice.place {
        None => format!("the project's own database: {}", choice.why),
        Some(Place { repository, api_url, token_from }) => {
            format!("`{repository}` at {api_url}, with the token from {token_from}: {}", choice.why)
        }
    }
}
