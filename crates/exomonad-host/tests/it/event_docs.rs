//! The list of events in the documents, held against the sources.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

/// What records an event, or hands one's kind on.
const RECORDERS: [&str; 6] =
    ["insert_event(", "record_event(", "events_emit(", "tell(", "event(", "self.record("];

fn top() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every source of the host and of our guest, without tests.
fn sources() -> Vec<String> {
    let mut dirs = vec![top().join("crates/exomonad-host/src"), top().join("crates/exomonad-guest/src")];
    let mut sources = Vec::new();
    while let Some(dir) = dirs.pop() {
        for entry in dir.read_dir_utf8().unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name());
            if entry.file_type().unwrap().is_dir() && name != "tests" {
                dirs.push(path.to_owned());
            } else if path.extension() == Some("rs") && name != "tests.rs" {
                let text = std::fs::read_to_string(path).unwrap();
                sources.push(text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned());
            }
        }
    }
    sources
}

fn is_kind(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    text.contains('.') && text.split('.').all(word)
}

/// The texts between double quotes.
fn literals(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

/// The arguments of a call that begins here, up to its closing parenthesis.
fn arguments(text: &str) -> String {
    let mut open = 1;
    let is_inside = |c: &char| {
        open += i32::from(*c == '(') - i32::from(*c == ')');
        open > 0
    };
    text.chars().take_while(is_inside).collect()
}

/// The kinds that the sources record by name.
fn recorded() -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    for source in sources() {
        for recorder in RECORDERS {
            for call in source.split(recorder).skip(1).map(arguments) {
                kinds.extend(literals(&call).find(|text| is_kind(text)).map(str::to_owned));
            }
        }
    }
    kinds
}

/// The kinds in the first column of the tables.
fn documented() -> BTreeSet<String> {
    let text = std::fs::read_to_string(top().join("docs/events.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let kinds = rows.map(|(kind, _)| kind.to_owned());
    kinds.filter(|kind| is_kind(&kind.replace('*', "any"))).collect()
}

#[test]
fn every_event_that_is_recorded_is_documented() {
    let documented = documented();
    let is_documented = |kind: &String| {
        let any = format!("{}.*", kind.split('.').next().unwrap());
        documented.contains(kind) || documented.contains(&any)
    };
    let missing: Vec<String> = recorded().into_iter().filter(|kind| !is_documented(kind)).collect();
    assert_eq!(missing, Vec::<String>::new(), "docs/events.md does not have them");
    assert!(recorded().len() > 20, "{:?}", recorded());
}

#[test]
fn every_event_that_is_documented_is_in_the_sources() {
    let sources = sources().concat();
    let gone: Vec<String> = documented()
        .into_iter()
        .filter(|kind| !kind.ends_with('*') && !sources.contains(&format!("\"{kind}\"")))
        .collect();
    assert_eq!(gone, Vec::<String>::new(), "nothing records them");
    assert!(documented().len() > 30, "{:?}", documented());
}
