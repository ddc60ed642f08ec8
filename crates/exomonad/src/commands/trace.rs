//! `exomonad trace`: what the agents did and for how long, as a waterfall.

mod draw;

use std::collections::HashSet;

use exomonad_host::drop_logged;
use exomonad_host::store::Store;
use exomonad_host::telemetry::{self, Moment, Span};
use rustix::termios::tcgetwinsize;
use serde_json::{Value, json};

use self::draw::{Look, draw};
use super::project::{now_ms, require_repository, require_store};
use super::words::time;
use crate::cli::TraceArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output, problem};

/// The width where there is no terminal, and the bounds of what is drawn in one.
const WIDTH: usize = 80;
const NARROWEST: usize = 60;
const WIDEST: usize = 160;

/// A trace, with the sessions that have not ended.
#[derive(Debug)]
pub(crate) struct Run {
    /// In the order in which they began.
    spans: Vec<Span>,
    /// The spans of sessions that go on: they end now.
    open: HashSet<String>,
}

pub(crate) fn run(env: &Env, output: &Output, args: &TraceArgs) -> anyhow::Result<Exit> {
    let store = require_store(&require_repository(env)?)?;
    // What a sidecar would do by and by.
    drop_logged(telemetry::catch_up(&store, 0), "make spans of messages");
    let Some(mut run) = load(&store, args.agent.as_deref())? else {
        if let Some(agent) = &args.agent {
            return Err(problem(
                format!("nothing is recorded of an agent `{agent}`"),
                "see who is there with `exomonad ps`",
            ));
        }
        output.say(Mark::Nothing, "nothing is recorded yet");
        return Ok(Exit::Ok);
    };
    if let Some(agent) = &args.agent {
        run.spans = below(agent, run.spans);
    }
    let left_out = run.keep_last(args.last);
    if args.json {
        output.answer(&to_json(&run, left_out))?;
        return Ok(Exit::Ok);
    }
    let look = Look { width: width(), utf8: env.utf8 };
    output.answer(&draw(&run, look))?;
    if left_out > 0 {
        let all = run.spans.len() + left_out;
        output.say(Mark::Nothing, &format!("{left_out} older spans are left out; `--last {all}` shows all"));
    }
    Ok(Exit::Ok)
}

/// The newest trace, of an agent or of all.
fn load(store: &Store, agent: Option<&str>) -> anyhow::Result<Option<Run>> {
    let open = store.open_traces()?;
    let now_us = now_ms().saturating_mul(1000);
    let begun =
        open.iter().filter(|row| agent.is_none_or(|agent| row.agent == agent)).max_by_key(|row| row.begun_us);
    let newest = store.recorded_traces(agent)?.into_iter().next();
    let trace = match (newest, begun) {
        (Some((trace, ended_us)), Some(begun)) if begun.begun_us <= ended_us => trace,
        (_, Some(begun)) => begun.session.trace,
        (Some((trace, _)), None) => trace,
        (None, None) => return Ok(None),
    };
    let mut run = Run { spans: store.spans_of(trace)?, open: HashSet::new() };
    for row in open.iter().filter(|row| row.session.trace == trace) {
        run.open.insert(row.session.span.to_string());
        run.spans.push(row.so_far(now_us));
    }
    run.spans.sort_by_key(|span| span.begin_us);
    Ok(Some(run))
}

/// The spans of an agent, and what is a part of them.
fn below(agent: &str, spans: Vec<Span>) -> Vec<Span> {
    let mut inside: HashSet<_> =
        spans.iter().filter(|span| span.agent == agent).map(|span| span.context.span).collect();
    loop {
        let before = inside.len();
        let parts = spans.iter().filter(|span| span.parent.is_some_and(|parent| inside.contains(&parent)));
        let parts: Vec<_> = parts.map(|span| span.context.span).collect();
        inside.extend(parts);
        if inside.len() == before {
            break;
        }
    }
    spans.into_iter().filter(|span| inside.contains(&span.context.span)).collect()
}

impl Run {
    /// Keeps the spans that ended last, and those that they are parts of. Returns how many it leaves out.
    fn keep_last(&mut self, count: usize) -> usize {
        let all = self.spans.len();
        let mut ends: Vec<_> = self.spans.iter().map(|span| (span.end_us(), span.context.span)).collect();
        ends.sort_unstable_by_key(|(ended, _)| std::cmp::Reverse(*ended));
        let mut kept: HashSet<_> = ends.into_iter().take(count).map(|(_, span)| span).collect();
        loop {
            let before = kept.len();
            let parents = self.spans.iter().filter(|span| kept.contains(&span.context.span));
            let parents: Vec<_> = parents.filter_map(|span| span.parent).collect();
            kept.extend(parents);
            if kept.len() == before {
                break;
            }
        }
        self.spans.retain(|span| kept.contains(&span.context.span));
        all - self.spans.len()
    }
}

fn width() -> usize {
    let found = tcgetwinsize(std::io::stdout()).map(|size| usize::from(size.ws_col)).ok();
    found.filter(|width| *width > 0).map_or(WIDTH, |width| width.clamp(NARROWEST, WIDEST))
}

fn to_json(run: &Run, left_out: usize) -> String {
    let trace = run.spans.first().map(|span| span.context.trace.to_string());
    let spans: Vec<Value> = run.spans.iter().map(|span| span_json(run, span)).collect();
    let object = json!({ "schema": 1, "trace_id": trace, "left_out": left_out, "spans": spans });
    format!("{object:#}\n")
}

fn span_json(run: &Run, span: &Span) -> Value {
    let id = span.context.span.to_string();
    json!({
        "open": run.open.contains(&id),
        "span_id": id,
        "parent_span_id": span.parent.map(|parent| parent.to_string()),
        "name": span.name,
        "kind": span.kind.name(),
        "agent": span.agent,
        "start": time(span.begin_us / 1000),
        "start_us": span.begin_us,
        "duration_us": span.duration_us,
        "failure": span.failure,
        "attributes": span.attributes.as_json(),
        "events": span.moments.iter().map(moment_json).collect::<Vec<_>>(),
        "link": span.link.map(|link| link.to_string()),
    })
}

fn moment_json(moment: &Moment) -> Value {
    json!({ "name": moment.name, "time_us": moment.at_us, "attributes": moment.attributes.as_json() })
}
