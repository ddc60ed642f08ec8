//! `exomonad doctor`: checks the set-up; each finding says what, why, and the exact fix.

mod agents;
mod checks;
mod forge;
mod telemetry;

use serde_json::json;

use crate::cli::DoctorArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Mark, Output};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    /// Something is missing that is not needed for everything.
    Note,
    Bad,
}

/// What a check found.
#[derive(Debug)]
struct Finding {
    check: &'static str,
    health: Health,
    what: String,
    /// Why it matters; empty when all is well.
    why: String,
    /// The exact fix; empty when all is well.
    fix: String,
}

impl Finding {
    fn good(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, health: Health::Good, what: what.into(), why: String::new(), fix: String::new() }
    }

    fn note(check: &'static str, what: impl Into<String>, why: &str, fix: impl Into<String>) -> Self {
        Self { check, health: Health::Note, what: what.into(), why: why.to_owned(), fix: fix.into() }
    }

    fn bad(check: &'static str, what: impl Into<String>, why: &str, fix: impl Into<String>) -> Self {
        Self { check, health: Health::Bad, what: what.into(), why: why.to_owned(), fix: fix.into() }
    }
}

pub(crate) fn run(env: &Env, output: &Output, args: &DoctorArgs) -> anyhow::Result<Exit> {
    let findings = checks::all(env, args.prove);
    if args.json {
        output.answer(&to_json(&findings))?;
    } else {
        output.answer(&findings.iter().map(|finding| to_text(output, finding)).collect::<String>())?;
    }
    let ill = findings.iter().any(|finding| finding.health == Health::Bad);
    Ok(if ill { Exit::Failed } else { Exit::Ok })
}

fn to_json(findings: &[Finding]) -> String {
    let list: Vec<_> = findings
        .iter()
        .map(|finding| {
            json!({
                "check": finding.check, "health": word(finding.health), "what": finding.what,
                "why": finding.why, "fix": finding.fix,
            })
        })
        .collect();
    format!("{:#}\n", json!({ "schema": 1, "findings": list }))
}

fn to_text(output: &Output, finding: &Finding) -> String {
    let mark = match finding.health {
        Health::Good => Mark::Done,
        Health::Note => Mark::Warning,
        Health::Bad => Mark::Wrong,
    };
    let why = if finding.why.is_empty() { String::new() } else { format!(" ({})", finding.why) };
    let line = output.line(mark, &format!("{}: {}{why}", finding.check, finding.what));
    if finding.fix.is_empty() { line } else { line + &output.line(Mark::Next, &finding.fix) }
}

fn word(health: Health) -> &'static str {
    match health {
        Health::Good => "good",
        Health::Note => "note",
        Health::Bad => "bad",
    }
}
