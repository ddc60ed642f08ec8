//! The rules that no compiler checks: what must be absent, and where.
//!
//! A rule is a sentence. A finding names the file, the line and the sentence.

mod documents;
mod file_rules;
mod line_rules;
mod source;

use std::fmt;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use documents::Document;
use source::Source;

use crate::output;
use crate::workspace::Workspace;

/// A place where a rule is broken.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: Utf8PathBuf,
    line: usize,
    rule: String,
}

impl Finding {
    fn new(path: &Utf8Path, line: usize, rule: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule: rule.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.rule)
    }
}

/// Checks every file that git tracks or would track.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let listing =
        workspace.run_here("git", ["ls-files", "--cached", "--others", "--exclude-standard"]).read()?;
    let mut sources = Vec::new();
    let mut documents = Vec::new();
    for path in listing.lines().map(Utf8Path::new) {
        let absolute = workspace.root.join(path);
        if !absolute.is_file() {
            continue;
        }
        let load = || std::fs::read_to_string(&absolute).with_context(|| format!("failed to read `{path}`"));
        match path.extension() {
            Some("rs") => sources.push(Source::parse(path, &load()?)),
            Some("md") => documents.push(Document { path: path.to_owned(), text: load()? }),
            _ => {}
        }
    }
    let mut findings = line_rules::check(&sources);
    findings.extend(sources.iter().flat_map(file_rules::check));
    findings.extend(documents::check(&documents, env!("CARGO_PKG_VERSION"), &|path| {
        workspace.root.join(path).exists()
    }));
    report(findings)
}

fn report(mut findings: Vec<Finding>) -> Result<()> {
    findings.sort();
    for finding in &findings {
        output::answer(&finding.to_string());
    }
    match findings.len() {
        0 => Ok(()),
        1 => bail!("a rule is broken in 1 place"),
        count => bail!("rules are broken in {count} places"),
    }
}
