//! Rules about what a line may name.

use super::Finding;
use super::source::{Line, Source, is_word};

/// What must not stand on a line, and where.
struct Rule {
    sentence: &'static str,
    lines: Lines,
    covers: fn(&Source) -> bool,
    breaks: fn(&Line) -> bool,
}

/// Which lines of a source a rule reads.
enum Lines {
    /// All.
    All,
    /// Those that are shipped.
    Shipped,
}

/// What the harnesses call things in what they send and read.
const HARNESS_FIELDS: &[&str] = &[
    "additionalContext",
    "agent_transcript_path",
    "hookEventName",
    "hookSpecificOutput",
    "hook_event_name",
    "last_assistant_message",
    "llm_request",
    "llm_response",
    "mcp_context",
    "permissionDecision",
    "permissionDecisionReason",
    "prompt_response",
    "stop_hook_active",
    "suppressOutput",
    "systemMessage",
    "tool_input",
    "tool_response",
    "tool_use_id",
    "transcript_path",
    "updatedInput",
];

const RULES: &[Rule] = &[
    Rule {
        sentence: "only the host's `exec` starts processes",
        lines: Lines::Shipped,
        covers: |source| {
            is_product(source) && !source.path.as_str().starts_with("crates/exomonad-host/src/exec")
        },
        breaks: |line| names(&line.code, "process::Command") || starts_process(&line.code),
    },
    Rule {
        sentence: "only the host's `harness` knows what a harness calls its fields",
        lines: Lines::Shipped,
        covers: |source| {
            is_product(source) && !source.path.as_str().starts_with("crates/exomonad-host/src/harness")
        },
        breaks: |line| {
            let named = |text: &str| HARNESS_FIELDS.iter().any(|field| names(text, field));
            named(&line.code) || line.strings.iter().any(|string| named(string))
        },
    },
    Rule {
        sentence: "only the program prints",
        lines: Lines::Shipped,
        covers: is_library,
        breaks: |line| {
            ["println!", "eprintln!", "print!", "eprint!"].iter().any(|word| names(&line.code, word))
        },
    },
    Rule {
        sentence: "only the program reads the environment or the current directory",
        lines: Lines::Shipped,
        covers: is_library,
        breaks: |line| {
            let asks = |name: &str| names(&line.code, name);
            (asks("std::env") && !asks("std::env::consts"))
                || ["env::var", "env::var_os", "env::vars", "env::current_dir", "env::home_dir"]
                    .into_iter()
                    .any(asks)
        },
    },
    Rule {
        sentence: "only the program exits",
        lines: Lines::Shipped,
        covers: is_library,
        breaks: |line| names(&line.code, "process::exit") || names(&line.code, "process::abort"),
    },
    Rule {
        sentence: "only the host's `engine` is `unsafe`",
        lines: Lines::All,
        covers: |source| !source.path.as_str().starts_with("crates/exomonad-host/src/engine"),
        breaks: |line| names(&line.code, "unsafe"),
    },
    Rule {
        sentence: "nothing is left for later: no TODO, FIXME, `todo!`, `unimplemented!` or `dbg!`",
        lines: Lines::All,
        covers: |_| true,
        breaks: |line| {
            ["TODO", "FIXME"].iter().any(|word| names(&line.comment, word))
                || ["todo!", "unimplemented!", "dbg!"].iter().any(|word| names(&line.code, word))
        },
    },
    Rule {
        sentence: "a lint is expected with a reason, never allowed",
        lines: Lines::All,
        covers: |_| true,
        breaks: |line| line.code.contains("#[allow(") || line.code.contains("#![allow("),
    },
];

const TOOL_NAMES: &str = "the host knows no tool of the guest by its name";

/// Checks every source against every rule.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        for rule in RULES.iter().filter(|rule| (rule.covers)(source)) {
            let lines: Box<dyn Iterator<Item = (usize, &Line)>> = match rule.lines {
                Lines::All => Box::new(source.numbered_lines()),
                Lines::Shipped => Box::new(source.shipped_lines()),
            };
            let broken = lines.filter(|(_, line)| (rule.breaks)(line));
            findings.extend(broken.map(|(number, _)| Finding::new(&source.path, number, rule.sentence)));
        }
    }
    findings.extend(tool_names_in_host(sources));
    findings
}

fn tool_names_in_host(sources: &[Source]) -> Vec<Finding> {
    let names: Vec<&String> =
        sources.iter().filter(|source| source.package() == "exomonad-guest").flat_map(tool_names).collect();
    let host = sources.iter().filter(|source| source.package() == "exomonad-host" && is_product(source));
    host.flat_map(|source| source.shipped_lines().map(move |(number, line)| (source, number, line)))
        .filter(|(_, _, line)| line.strings.iter().any(|string| names.contains(&string)))
        .map(|(source, number, _)| Finding::new(&source.path, number, TOOL_NAMES))
        .collect()
}

/// The names of the tools that a source of the guest defines.
fn tool_names(source: &Source) -> Vec<&String> {
    if !source.lines.iter().any(|line| line.code.contains("impl Tool for")) {
        return Vec::new();
    }
    let constants = source.lines.iter().filter(|line| names(&line.code, "const NAME"));
    constants.flat_map(|line| &line.strings).collect()
}

/// What is shipped: neither tests nor what builds and tests.
fn is_product(source: &Source) -> bool {
    let is_tooling = matches!(source.package(), "xtask" | "exomonad-testkit" | "exomonad-fixture-guest");
    !is_tooling && !source.is_for_building_or_tests()
}

fn is_library(source: &Source) -> bool {
    is_product(source) && source.package() != "exomonad"
}

/// `Command::new`, unless it is the argument parser's.
fn starts_process(code: &str) -> bool {
    names(&code.replace("clap::Command::new", ""), "Command::new")
}

/// Whether `text` names `name`, and not only something that contains it.
fn names(text: &str, name: &str) -> bool {
    let mut before = None;
    let mut parts = text.split(name).peekable();
    while let Some(part) = parts.next() {
        let before_name = part.chars().next_back().or(before);
        let Some(after) = parts.peek() else { return false };
        if !before_name.is_some_and(is_word) && !after.chars().next().is_some_and(is_word) {
            return true;
        }
        before = name.chars().next_back();
    }
    false
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::*;

    fn check(path: &str, text: &str, expect: &[&str]) {
        let findings = super::check(&[Source::parse(Utf8Path::new(path), text)]);
        let found: Vec<String> =
            findings.iter().map(|finding| format!("{}: {}", finding.line, finding.rule)).collect();
        assert_eq!(found, expect, "{path}: {text}");
    }

    const HOST: &str = "crates/exomonad-host/src/git.rs";

    #[test]
    fn only_exec_starts_processes() {
        let rule = ["1: only the host's `exec` starts processes"];
        check(HOST, "Command::new(\"git\")", &rule);
        check(HOST, "use std::process::Command;", &rule);
        check("crates/exomonad/src/main.rs", "Command::new(\"git\")", &rule);
        check("crates/exomonad-host/src/exec.rs", "Command::new(\"git\")", &[]);
        check("crates/exomonad-host/src/exec/child.rs", "Command::new(\"git\")", &[]);
        check("crates/exomonad/src/main.rs", "clap::Command::new(\"x\")", &[]);
        check("crates/exomonad/src/main.rs", "CommandLine::new(); SubCommand::new()", &[]);
        check("crates/exomonad/tests/it/main.rs", "Command::new(\"git\")", &[]);
        check(HOST, "// Command::new\n\"Command::new\"", &[]);
    }

    #[test]
    fn only_harness_knows_harness_fields() {
        let rule = ["1: only the host's `harness` knows what a harness calls its fields"];
        check(HOST, "x.get(\"tool_input\")", &rule);
        check(HOST, "hookSpecificOutput: 1", &rule);
        check(HOST, "r#\"{\"permissionDecision\":1}\"#", &rule);
        check("crates/exomonad-guest/src/lib.rs", "\"stop_hook_active\"", &rule);
        check("crates/exomonad-host/src/harness/claude.rs", "\"tool_input\"", &[]);
        check("crates/exomonad-host/src/git/tests.rs", "\"tool_input\"", &[]);
        check(HOST, "fn a() {}\n#[cfg(test)]\nmod tests {\n\"tool_input\"\n}\n", &[]);
        check(HOST, "// the harness sends tool_input", &[]);
    }

    #[test]
    fn only_the_program_prints_reads_the_environment_and_exits() {
        check(HOST, "println!(\"\")", &["1: only the program prints"]);
        check(
            HOST,
            "std::env::var(\"A\")",
            &["1: only the program reads the environment or the current directory"],
        );
        check(
            HOST,
            "env::current_dir()",
            &["1: only the program reads the environment or the current directory"],
        );
        check(HOST, "std::process::exit(1)", &["1: only the program exits"]);
        check(HOST, "env!(\"CARGO_PKG_VERSION\"), std::env::consts::ARCH", &[]);
        check("crates/exomonad/src/main.rs", "println!(); std::env::args(); process::exit(1)", &[]);
        check("crates/exomonad-host/build.rs", "println!(); std::env::var(\"OUT_DIR\")", &[]);
    }

    #[test]
    fn only_the_engine_is_unsafe() {
        check(HOST, "unsafe { }", &["1: only the host's `engine` is `unsafe`"]);
        check(HOST, "#![deny(unsafe_code)]", &[]);
        check("crates/exomonad-host/src/engine/load.rs", "unsafe { }", &[]);
    }

    #[test]
    fn nothing_is_left_for_later() {
        let rule = ["1: nothing is left for later: no TODO, FIXME, `todo!`, `unimplemented!` or `dbg!`"];
        check(HOST, "// TODO: x", &rule);
        check(HOST, "/* FIXME */", &rule);
        check(HOST, "dbg!(x)", &rule);
        check(HOST, "todo!()", &rule);
        check(HOST, "let todo = \"TODO\"; // TODOS", &[]);
    }

    #[test]
    fn no_lint_is_allowed() {
        let rule = ["1: a lint is expected with a reason, never allowed"];
        check(HOST, "#[allow(dead_code)]", &rule);
        check(HOST, "#![allow(dead_code)]", &rule);
        check(HOST, "#[expect(dead_code, reason = \"x\")]", &[]);
    }

    #[test]
    fn the_host_knows_no_tool_by_name() {
        let parse = |path: &str, text: &str| Source::parse(Utf8Path::new(path), text);
        let tool = "impl Tool for NotifyParent {\n    const NAME: &'static str = \"notify_parent\";\n}\n";
        let findings = super::check(&[
            parse("crates/exomonad-guest/src/tools/notify_parent.rs", tool),
            parse(HOST, "\"notify_parent\""),
            parse(HOST, "\"notify_parent_of_something\""),
        ]);
        assert_eq!(findings, [Finding::new(Utf8Path::new(HOST), 1, TOOL_NAMES)]);
    }
}
