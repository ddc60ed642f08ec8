//! The part of GitHub's description that is about what we ask. The whole of it takes its reader half a minute.

use std::collections::BTreeSet;

use camino::Utf8Path;
use serde_json::{Map, Value, json};

/// What is asked, below a repository.
const ASKED: [&str; 16] = [
    "",
    "/actions/jobs/{job_id}/logs",
    "/branches/{branch}",
    "/check-runs/{check_run_id}",
    "/commits/{ref}/check-runs",
    "/commits/{ref}/status",
    "/issues",
    "/issues/{issue_number}",
    "/issues/{issue_number}/comments",
    "/pulls",
    "/pulls/{pull_number}",
    "/pulls/{pull_number}/comments",
    "/pulls/{pull_number}/files",
    "/pulls/{pull_number}/merge",
    "/pulls/{pull_number}/reviews",
    "/pulls/{pull_number}/reviews/{review_id}",
];

/// The description of what we ask, from that of everything.
pub(super) fn of(file: &Utf8Path) -> Value {
    let text = std::fs::read_to_string(file).expect("read GitHub's description of its API");
    let whole: Value = serde_json::from_str(&text).expect("the description is JSON");
    let path = |rest: &&str| format!("/repos/{{owner}}/{{repo}}{rest}");
    let paths: Map<String, Value> = ASKED
        .iter()
        .map(path)
        .map(|path| {
            let described = whole["paths"][&path].clone();
            assert!(described.is_object(), "GitHub describes no `{path}`");
            (path, described)
        })
        .collect();
    let paths = Value::Object(paths);
    let mut components = json!({});
    let mut seen = BTreeSet::new();
    let mut left = references(&paths);
    while let Some(reference) = left.pop() {
        if !seen.insert(reference.clone()) {
            continue;
        }
        let mut parts = reference.trim_start_matches("#/components/").splitn(2, '/');
        let (Some(kind), Some(name)) = (parts.next(), parts.next()) else { panic!("{reference}") };
        let component = whole["components"][kind][name].clone();
        left.extend(references(&component));
        components[kind][name] = component;
    }
    json!({ "openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": components })
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match value.as_str().filter(|_| name == "$ref") {
                Some(reference) => vec![reference.to_owned()],
                None => references(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
