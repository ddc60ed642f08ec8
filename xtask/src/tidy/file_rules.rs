//! Rules about a source file as a whole.

use super::Finding;
use super::source::Source;

const MAX_LINES: usize = 500;

/// Checks one source.
pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !source.lines.first().is_some_and(|line| line.comment.starts_with("//!")) {
        findings.push(Finding::new(&source.path, 1, "a file's first line says its job: `//! …`"));
    }
    if source.lines.len() > MAX_LINES {
        let rule = format!("a file has at most {MAX_LINES} lines; split it by noun");
        findings.push(Finding::new(&source.path, MAX_LINES + 1, rule));
    }
    findings
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;

    fn check(text: &str, expect: &[(usize, &str)]) {
        let findings = super::check(&Source::parse(Utf8Path::new("a.rs"), text));
        let found: Vec<_> = findings.iter().map(|finding| (finding.line, finding.rule.as_str())).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_file_begins_with_its_job() {
        check("//! Runs git.\n", &[]);
        check("// Runs git.\n", &[(1, "a file's first line says its job: `//! …`")]);
        check("", &[(1, "a file's first line says its job: `//! …`")]);
    }

    #[test]
    fn a_file_has_at_most_500_lines() {
        check(&format!("//! A.\n{}", "x\n".repeat(499)), &[]);
        check(
            &format!("//! A.\n{}", "x\n".repeat(500)),
            &[(501, "a file has at most 500 lines; split it by noun")],
        );
    }
}
