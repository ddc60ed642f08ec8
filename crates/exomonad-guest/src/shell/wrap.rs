//! Programs that only run another program.

use super::value::Value;
use super::walk::program;

/// What a wrapper runs.
pub(super) enum Wrapper {
    /// A program, maybe in another directory.
    Program { argv: Vec<Value>, dir: Option<Value> },
    /// A program with arguments from standard input, at `replace` or at the end.
    Fed { argv: Vec<Value>, replace: Option<String> },
    /// Shell code.
    Code { words: Vec<Value> },
}

/// The wrappers: name, options that take a value, and how many words come before the program.
const WRAPPERS: &[(&str, &[&str], usize)] = &[
    ("env", &["-u", "--unset", "-C", "--chdir", "-S", "--split-string"], 0),
    (
        "sudo",
        &["-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U", "-r", "-t", "--user", "--group", "--chdir"],
        0,
    ),
    ("doas", &["-u", "-C"], 0),
    ("nohup", &[], 0),
    ("nice", &["-n", "--adjustment"], 0),
    ("ionice", &["-c", "-n", "-p"], 0),
    ("time", &["-f", "-o", "--format", "--output"], 0),
    ("timeout", &["-s", "-k", "--signal", "--kill-after"], 1),
    ("gtimeout", &["-s", "-k"], 1),
    ("command", &[], 0),
    ("builtin", &[], 0),
    ("exec", &["-a"], 0),
    ("stdbuf", &["-i", "-o", "-e"], 0),
    ("setsid", &[], 0),
    ("chrt", &["-T", "-P", "-D"], 1),
    ("taskset", &[], 1),
    ("flock", &["-w", "-E", "--timeout"], 1),
    ("unbuffer", &[], 0),
    ("chronic", &[], 0),
    ("caffeinate", &["-t", "-w"], 0),
    ("busybox", &[], 0),
    ("toybox", &[], 0),
    ("strace", &["-e", "-o", "-p", "-s"], 0),
    (
        "xargs",
        &["-I", "-n", "-P", "-d", "-a", "-E", "-L", "-s", "--max-args", "--max-procs", "--delimiter"],
        0,
    ),
    ("parallel", &["-j", "--jobs", "-I", "-n", "-N", "--colsep"], 0),
    ("watch", &["-n", "-d", "--interval"], 0),
];

/// What `argv` wraps, if its program is a wrapper.
pub(super) fn wrapper(argv: &[Value]) -> Option<Wrapper> {
    let name = program(argv);
    let (_, with_value, skipped) = WRAPPERS.iter().find(|(wrapper, _, _)| *wrapper == name)?;
    let mut rest = argv.iter().skip(1).peekable();
    let mut dir = None;
    let mut replace = None;
    while let Some(argument) = rest.peek().copied() {
        let text = argument.shown();
        let is_assignment =
            matches!(name.as_str(), "env" | "sudo") && text.contains('=') || name == "env" && text == "-";
        if !(argument.is_option() || is_assignment) {
            break;
        }
        rest.next();
        if text == "--" {
            break;
        }
        if name == "command" && (text == "-v" || text == "-V") {
            return None;
        }
        if name == "flock" && (text == "-c" || text == "--command") {
            return Some(Wrapper::Code { words: rest.cloned().collect() });
        }
        let option = with_value.iter().find(|&&option| {
            text == option
                || text.starts_with(option) && !option.starts_with("--")
                || text.starts_with(&format!("{option}="))
        });
        let Some(&option) = option else {
            replace = text
                .strip_prefix("--replace")
                .map(|mark| mark.trim_start_matches('='))
                .or(text.strip_prefix("-i"))
                .filter(|_| name == "xargs")
                .map(|mark| if mark.is_empty() { "{}" } else { mark }.to_owned())
                .or(replace);
            continue;
        };
        let value = if text == option {
            rest.next().cloned()
        } else {
            argument.after_equals().or_else(|| argument.after(option))
        };
        match (name.as_str(), option) {
            ("env", "-C" | "--chdir") | ("sudo", "-D" | "--chdir") => dir = value,
            ("env", "-S" | "--split-string") => {
                let words = value.into_iter().chain(rest.cloned()).collect();
                return Some(Wrapper::Code { words });
            }
            ("xargs" | "parallel", "-I") => replace = value.map(|value| value.shown()),
            _ => {}
        }
    }
    let inner: Vec<Value> = rest.skip(*skipped).cloned().collect();
    Some(match name.as_str() {
        "watch" => Wrapper::Code { words: inner },
        "xargs" => Wrapper::Fed { argv: inner, replace },
        "parallel" => parallel(inner),
        "flock"
            if inner.first().is_some_and(|first| matches!(first.shown().as_str(), "-c" | "--command")) =>
        {
            Wrapper::Code { words: inner.into_iter().skip(1).collect() }
        }
        _ => Wrapper::Program { argv: inner, dir },
    })
}

/// `parallel cmd ::: a b`: everything after the marks is an argument.
fn parallel(argv: Vec<Value>) -> Wrapper {
    let argv: Vec<Value> =
        argv.into_iter().filter(|word| !matches!(word.shown().as_str(), ":::" | "::::" | "{}")).collect();
    Wrapper::Fed { argv, replace: None }
}
