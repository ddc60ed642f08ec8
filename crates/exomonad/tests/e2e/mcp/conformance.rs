//! The MCP project's own conformance suite, against a guest that has the tools it asks for.
//!
//! The suite speaks HTTP, so the testkit's bridge stands between. Every check that fails must be excused by the tables of
//! docs/mcp-conformance.md, and every excuse must be needed: one that is not fails, too.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8Path;
use exomonad_testkit::Bridge;
use serde_json::Value;

use super::excuses::Excuses;
use super::served::{ROOT, Served, installed};

/// The suite waits for what must not come.
const LIMIT: Duration = Duration::from_secs(400);

/// The checks of each scenario that ran.
type Results = BTreeMap<String, Vec<Check>>;

#[derive(Debug)]
struct Check {
    id: String,
    status: String,
    error: String,
}

/// Runs the suite against servers of its own; nothing may be wrong with those that the suite cannot see.
fn run(suite: &str, arguments: &[&str]) -> Results {
    let served = Arc::new(Served::fixture());
    let bridge = Bridge::start({
        let served = Arc::clone(&served);
        move || served.server(ROOT)
    });
    let results = served.project.temp().join("results");
    let output = served
        .project
        .run(installed("EXOMONAD_E2E_NODE"))
        .args([installed(suite).as_str(), "server", "--url", &bridge.url(), "--output-dir", results.as_str()])
        .args(arguments)
        .limit(LIMIT)
        .output();
    let wrong = bridge.finish();
    assert_eq!(wrong, Vec::<String>::new(), "the server was heard saying this, or ended like this\n{output}");
    let results = load(&results);
    assert!(!results.is_empty(), "the suite ran nothing\n{output}");
    results
}

/// Reads `server-<scenario>-<time>/checks.json` of each scenario.
fn load(dir: &Utf8Path) -> Results {
    let mut results = Results::new();
    for entry in dir.read_dir_utf8().expect("list the results") {
        let entry = entry.expect("read a directory entry");
        let Some(scenario) = scenario(entry.file_name()) else { continue };
        let text =
            std::fs::read_to_string(entry.path().join("checks.json")).expect("read a scenario's checks");
        let checks: Vec<Value> = serde_json::from_str(&text).expect("the checks are JSON");
        let field = |check: &Value, name: &str| check[name].as_str().unwrap_or_default().to_owned();
        let checks = checks.iter().map(|check| Check {
            id: field(check, "id"),
            status: field(check, "status"),
            error: field(check, "errorMessage"),
        });
        results.insert(scenario.to_owned(), checks.collect());
    }
    results
}

/// `server-tools-list-2026-07-28T12-00-00-000Z` is the scenario `tools-list`.
fn scenario(directory: &str) -> Option<&str> {
    let (name, _clock) = directory.strip_prefix("server-")?.rsplit_once('T')?;
    name.rsplitn(4, '-').last()
}

/// Fails with a list of what went wrong, if anything did.
fn judge(revision: &str, results: &Results) {
    let mut excuses = Excuses::load(revision);
    let mut report = String::new();
    for (scenario, checks) in results {
        let failed = |check: &&Check| matches!(check.status.as_str(), "FAILURE" | "WARNING");
        for check in checks.iter().filter(failed) {
            if !excuses.excuse(scenario, &check.id) {
                writeln!(report, "fails: {scenario}:{}: {}", check.id, check.error)
                    .expect("write to a string");
            }
        }
        let silent = !checks.iter().any(|check| check.status == "SUCCESS" || failed(&check));
        if silent && !excuses.excuse(scenario, "") {
            writeln!(report, "checked nothing: {scenario}").expect("write to a string");
        }
    }
    for excuse in excuses.stale() {
        writeln!(report, "passes, take it out of docs/mcp-conformance.md: {excuse}")
            .expect("write to a string");
    }
    assert!(report.is_empty(), "conformance to {revision}:\n{report}");
}

#[test]
fn the_older_suite_finds_the_documented_exceptions_to_2025_11_25_only() {
    judge("2025-11-25", &run("EXOMONAD_E2E_CONFORMANCE_LEGACY", &["--suite", "all"]));
}

#[test]
fn the_newer_suite_finds_the_documented_exceptions_to_2025_11_25_only() {
    judge("2025-11-25", &run("EXOMONAD_E2E_CONFORMANCE_MODERN", &["--requirements", "2025-11-25"]));
}

#[test]
fn the_newer_suite_finds_the_documented_exceptions_to_2026_07_28_only() {
    judge("2026-07-28", &run("EXOMONAD_E2E_CONFORMANCE_MODERN", &["--requirements", "2026-07-28"]));
}

#[test]
fn a_result_directory_tells_its_scenario() {
    assert_eq!(scenario("server-tools-list-2026-07-28T12-00-00-000Z"), Some("tools-list"));
    assert_eq!(scenario("server-ping-2026-07-28T12-00-00-000Z"), Some("ping"));
    assert_eq!(scenario("stdout.txt"), None);
}
