//! Rules about the documents.

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::Finding;

const MAX_AGENTS_LINES: usize = 60;

/// A Markdown file.
#[derive(Debug)]
pub(super) struct Document {
    /// Relative to the checkout.
    pub(super) path: Utf8PathBuf,
    pub(super) text: String,
}

/// Checks every document. `exists` says whether a path of the checkout exists.
pub(super) fn check(
    documents: &[Document],
    version: &str,
    exists: &dyn Fn(&Utf8Path) -> bool,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        documents.iter().flat_map(|document| broken_links(document, exists)).collect();
    findings.extend(documents.iter().filter(|document| document.path == "AGENTS.md").filter_map(too_long));
    let changelog = Utf8Path::new("CHANGELOG.md");
    let entries = documents.iter().find(|document| document.path == changelog);
    if !entries.is_some_and(|entries| tells_of(&entries.text, version)) {
        findings.push(Finding::new(
            changelog,
            1,
            format!("the changelog has a section for version {version}"),
        ));
    }
    findings
}

fn too_long(document: &Document) -> Option<Finding> {
    let rule = format!("this file has at most {MAX_AGENTS_LINES} lines: link instead of telling");
    let is_too_long = document.text.lines().count() > MAX_AGENTS_LINES;
    is_too_long.then(|| Finding::new(&document.path, MAX_AGENTS_LINES + 1, rule))
}

fn tells_of(changelog: &str, version: &str) -> bool {
    let headings = changelog.lines().filter(|line| line.starts_with("## "));
    headings.flat_map(str::split_whitespace).any(|word| word.trim_matches(['[', ']']) == version)
}

fn broken_links(document: &Document, exists: &dyn Fn(&Utf8Path) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut fenced = false;
    for (number, line) in (1..).zip(document.text.lines()) {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for target in links(line) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            if !resolve(&document.path, file).is_some_and(|path| exists(&path)) {
                findings.push(Finding::new(
                    &document.path,
                    number,
                    format!("the link to `{target}` leads nowhere"),
                ));
            }
        }
    }
    findings
}

/// The targets of `[text](target)` and `[name]: target` outside of code spans.
fn links(line: &str) -> Vec<&str> {
    let outside_code = || line.split('`').step_by(2);
    let inline = outside_code()
        .flat_map(|text| text.split("](").skip(1))
        .filter_map(|rest| rest.split([')', ' ']).next());
    // A code span may be the text of the link, so that its target begins a part of its own.
    let after_code = outside_code().filter_map(|text| text.strip_prefix("](")?.split([')', ' ']).next());
    let named =
        line.strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map(|(_, target)| target.trim());
    let mut targets: Vec<&str> = inline.chain(after_code).chain(named).collect();
    targets.sort_unstable();
    targets.dedup();
    targets
}

/// Where `target` leads from `document`; nowhere if it leaves the checkout.
fn resolve(document: &Utf8Path, target: &str) -> Option<Utf8PathBuf> {
    let mut path = document.parent()?.to_owned();
    for component in Utf8Path::new(target).components() {
        match component {
            Utf8Component::Normal(name) => path.push(name),
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Utf8Component::RootDir | Utf8Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expect: &[&str]) {
        let documents = [
            Document { path: path.into(), text: text.to_owned() },
            Document { path: "CHANGELOG.md".into(), text: "## 1.2.0 (soon)\n".to_owned() },
        ];
        let findings = super::check(&documents, "1.2.0", &|path| path == "docs/a.md");
        let found: Vec<String> = findings.iter().map(Finding::to_string).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_relative_link_resolves_from_its_document() {
        check("README.md", "[a](docs/a.md) [`b`](docs/a.md#b) [c](#c) [d](https://example.com)", &[]);
        check("docs/b.md", "[a](a.md) [a](./a.md) [a](../docs/a.md)\n\n[n]: a.md", &[]);
        check("README.md", "x\n[a](a.md)", &["README.md:2: the link to `a.md` leads nowhere"]);
        check("README.md", "[`a`](a.md)", &["README.md:1: the link to `a.md` leads nowhere"]);
        check("README.md", "[n]: a.md", &["README.md:1: the link to `a.md` leads nowhere"]);
        check("README.md", "[a](../a.md)", &["README.md:1: the link to `../a.md` leads nowhere"]);
        check("README.md", "`[a](a.md)`\n```\n[a](a.md)\n```\n", &[]);
    }

    #[test]
    fn agents_md_has_at_most_60_lines() {
        check("AGENTS.md", &"x\n".repeat(60), &[]);
        check(
            "AGENTS.md",
            &"x\n".repeat(61),
            &["AGENTS.md:61: this file has at most 60 lines: link instead of telling"],
        );
    }

    #[test]
    fn the_changelog_tells_of_the_version() {
        assert!(tells_of("## [1.2.0] - 2026-01-01", "1.2.0"));
        assert!(tells_of("## 1.2.0", "1.2.0"));
        assert!(!tells_of("## 1.2.0-rc1\n1.2.0", "1.2.0"));
        let findings = super::check(&[], "1.2.0", &|_| true);
        assert_eq!(
            findings,
            [Finding::new(Utf8Path::new("CHANGELOG.md"), 1, "the changelog has a section for version 1.2.0")]
        );
    }
}
