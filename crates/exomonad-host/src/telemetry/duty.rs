//! Keeps the spans in bounds, and sends them where their user wants them.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::time::{Duration, Instant};

use super::export::{Export, ExportError};
use super::settings::{self, Settings, SettingsError, Wish};
use super::{Span, hops};
use crate::agent::Site;
use crate::duty::{Duty, DutyError};
use crate::lease::Lease;
use crate::store::{SpanBounds, Store, TelemetryRow};
use crate::surroundings::Surroundings;

/// How long spans are collected before they are sent.
const PACE: Duration = Duration::from_secs(1);

/// How long nothing may happen before it is looked all the same.
const IDLE: Duration = Duration::from_secs(60);

/// The longest rest after failures; the first is a second, and each is twice the one before.
const MAX_REST: Duration = Duration::from_secs(60);

/// How long a flush waits for a sidecar to do the work or to end, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(50);

/// Spans in a request.
const BATCH: u32 = 512;

/// Spans that are kept, and for how long.
const MAX_SPANS: u64 = 100_000;
const MAX_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Spans that are removed at once, so that hooks need not wait.
const REMOVED_AT_ONCE: u64 = 2_000;

/// Where spans go, and the headers that go with them.
type Destination = (Settings, Vec<(String, String)>);

/// The duty.
#[derive(Debug)]
pub(crate) struct Exporting {
    site: Site,
    export: Option<Export>,
    /// Nothing is done before.
    not_before: Option<Instant>,
    failures: u32,
    /// The last event that was looked at.
    seen: u64,
}

impl Exporting {
    pub(crate) fn new(site: Site) -> Self {
        Self { site, export: None, not_before: None, failures: 0, seen: 0 }
    }

    /// Does everything that there is to do.
    fn work(&mut self) -> Result<(), ExportError> {
        self.seen = hops::catch_up(&self.site.store, self.seen)?;
        self.tidy()?;
        self.send()
    }

    /// Removes what is too much or too old.
    fn tidy(&self) -> Result<(), ExportError> {
        let now_us = self.site.clock.now_ms().saturating_mul(1000);
        let age_us = u64::try_from(MAX_AGE.as_micros()).unwrap_or(u64::MAX);
        let bounds = SpanBounds {
            spans: MAX_SPANS,
            oldest_us: now_us.saturating_sub(age_us),
            at_once: REMOVED_AT_ONCE,
        };
        while self.site.store.drop_spans(bounds)? > 0 {}
        Ok(())
    }

    fn send(&mut self) -> Result<(), ExportError> {
        let store = &self.site.store;
        let mut row = store.telemetry()?;
        let Some((settings, headers)) = self.destination(&row)? else {
            self.export = None;
            if row.exporting {
                store.set_exporting(false)?;
            }
            return Ok(());
        };
        if !row.exporting {
            store.set_exporting(true)?;
            row = store.telemetry()?;
        }
        loop {
            let numbered = store.spans_after(row.exported, BATCH)?;
            let Some(last) = numbered.last().map(|(number, _)| *number) else { return Ok(()) };
            let wanted: Vec<Span> =
                numbered.into_iter().map(|(_, span)| span).filter(|span| span.context.sampled).collect();
            if !wanted.is_empty() {
                let export = match self.export.take().filter(|export| export.goes_to(&settings, &headers)) {
                    Some(export) => export,
                    None => Export::new(&settings, &headers)?,
                };
                // A connection that failed is not tried again.
                export.send(wanted, row.dropped.saturating_sub(row.dropped_told))?;
                self.export = Some(export);
            }
            store.set_exported(last, row.dropped)?;
            row = store.telemetry()?;
        }
    }

    /// Where spans go: what our own environment says, else what the lead's said.
    fn destination(&self, row: &TelemetryRow) -> Result<Option<Destination>, ExportError> {
        let surroundings = &self.site.surroundings;
        let settings = match Wish::of(surroundings)? {
            Wish::Off => None,
            Wish::On(settings) => Some(settings),
            Wish::Silent => row.settings.as_deref().and_then(Settings::from_text),
        };
        let Some(settings) = settings else { return Ok(None) };
        let headers = settings::headers(surroundings, &self.secrets()?)?;
        Ok(Some((settings, headers)))
    }

    /// `~/.exomonad/secrets`: a line each, `NAME=value`. Only its owner may read it.
    fn secrets(&self) -> Result<HashMap<String, String>, ExportError> {
        let Some(home) = self.site.surroundings.home() else { return Ok(HashMap::new()) };
        let path = home.join(".exomonad/secrets");
        let failed = |source| ExportError::Secrets { path: path.clone(), source };
        let mode = match fs::metadata(&path) {
            Ok(found) => found.mode(),
            Err(err) if err.kind() == ErrorKind::NotFound => return Ok(HashMap::new()),
            Err(err) => return Err(failed(err)),
        };
        if mode & 0o077 != 0 {
            return Err(ExportError::OpenSecrets { path });
        }
        let text = fs::read_to_string(&path).map_err(failed)?;
        let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        let pairs = lines.filter_map(|line| line.split_once('='));
        Ok(pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect())
    }

    /// Keeps why it failed, for people to see, and says when it is tried again.
    fn rest(&mut self, err: &ExportError) -> Duration {
        let why = crate::explain(err);
        if self.failures == 0 {
            tracing::warn!("spans wait: {why}");
        }
        let kept = self.site.store.set_export_failure(&why);
        crate::drop_logged(kept.map_err(|err| crate::explain(&err)), "keep why spans wait");
        let rest = PACE.saturating_mul(1 << self.failures.min(6)).min(MAX_REST);
        self.failures = self.failures.saturating_add(1);
        rest
    }
}

impl Duty for Exporting {
    fn name(&self) -> &'static str {
        "telemetry export"
    }

    fn go(&mut self) -> Result<Duration, DutyError> {
        let now = Instant::now();
        if let Some(left) = self.not_before.and_then(|time| time.checked_duration_since(now))
            && !left.is_zero()
        {
            return Ok(left);
        }
        let (wait, rest) = match self.work() {
            Ok(()) => {
                self.failures = 0;
                (PACE, IDLE)
            }
            Err(err) => {
                let rest = self.rest(&err);
                (rest, rest)
            }
        };
        self.not_before = Some(Instant::now() + wait);
        Ok(rest)
    }
}

/// Keeps where an environment wants spans to go, unless it says nothing of it: an agent's sidecar may not see it.
///
/// # Errors
/// It says what we cannot do: nothing is exported then.
pub fn remember(store: &Store, surroundings: &Surroundings) -> Result<Wish, SettingsError> {
    let wish = Wish::of(surroundings);
    let kept = match &wish {
        Ok(Wish::Silent) => Ok(()),
        Ok(Wish::On(settings)) => store.set_telemetry_settings(Some(&settings.to_text())),
        Ok(Wish::Off) | Err(_) => store.set_telemetry_settings(None),
    };
    crate::drop_logged(kept.map_err(|err| crate::explain(&err)), "keep where spans go");
    wish
}

/// As [`remember`], for the environment of the lead's harness: one that says nothing takes back what an earlier one said.
pub(crate) fn remember_lead(store: &Store, surroundings: &Surroundings) {
    match remember(store, surroundings) {
        Ok(Wish::On(_) | Wish::Off) => {}
        Ok(Wish::Silent) => {
            crate::drop_logged(store.set_telemetry_settings(None), "forget where spans went");
        }
        Err(err) => tracing::warn!("no span is exported: {err}; {}", err.hint()),
    }
}

/// Sends what there is, once, unless a sidecar does so. One that is about to end is waited for.
///
/// # Errors
/// It was not sent; it stays where it is.
pub fn flush(site: &Site) -> Result<(), DutyError> {
    let dir = site.repository.state_dir().join("leases");
    let begun = Instant::now();
    let _lease = loop {
        if let Some(lease) = Lease::take(&dir, "project")? {
            break lease;
        }
        if begun.elapsed() > PATIENCE || site.store.buffered_spans()? == 0 {
            return Ok(());
        }
        std::thread::park_timeout(LOOK);
    };
    Ok(Exporting::new(site.clone()).work()?)
}
