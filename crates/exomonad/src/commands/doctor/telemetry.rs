//! Whether spans are exported, and how that goes.

use exomonad_host::explain;
use exomonad_host::git::Repository;
use exomonad_host::store::{Mode, Store, StoreError, TelemetryRow};
use exomonad_host::telemetry::{Settings, Wish};

use super::Finding;
use crate::env::Env;

const CHECK: &str = "telemetry";

/// Where spans go, how many wait, and how many were given up.
pub(super) fn telemetry(env: &Env, repository: &Repository) -> Option<Finding> {
    let store = Store::open(&repository.database(), Mode::Short).ok()?;
    Some(match load(&store) {
        Ok((row, buffered)) => finding(env, &row, buffered),
        Err(err) => {
            let fix = err.hint().unwrap_or_default();
            Finding::note(CHECK, explain(&err), "nobody can tell whether spans are exported", fix)
        }
    })
}

fn load(store: &Store) -> Result<(TelemetryRow, u64), StoreError> {
    Ok((store.telemetry()?, store.buffered_spans()?))
}

fn finding(env: &Env, row: &TelemetryRow, buffered: u64) -> Finding {
    let settings = match Wish::of(&env.surroundings) {
        Err(err) => return Finding::note(CHECK, err.to_string(), "no span is exported", err.hint()),
        Ok(Wish::On(settings)) => Some(settings),
        Ok(Wish::Off) => None,
        Ok(Wish::Silent) => row.settings.as_deref().and_then(Settings::from_text),
    };
    let Some(settings) = settings else { return Finding::good(CHECK, "off; spans stay in this project") };
    let what = format!(
        "exporting to {} by {}; {buffered} buffered, {} dropped",
        settings.host(),
        settings.protocol.name(),
        row.dropped
    );
    match &row.failure {
        None => Finding::good(CHECK, what),
        Some(failure) => Finding::note(
            CHECK,
            format!("{what}; {failure}"),
            "spans wait, and the oldest are given up in the end",
            "start the collector, or correct OTEL_EXPORTER_OTLP_ENDPOINT and run `exomonad init`; docs/telemetry.md has every variable",
        ),
    }
}
