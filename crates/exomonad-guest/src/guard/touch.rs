//! What a program does to the paths in its arguments.

use super::git::Git;
use crate::shell::{Piece, Step, Value};

/// What happens to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    /// Made or changed.
    Write,
    /// Deleted, moved away or changed with all that is in it.
    Remove,
    /// Files of unknown names are put into it.
    Fill,
    /// Made reachable under another name.
    Alias,
    /// Named for a change that git makes.
    Name,
}

/// A path and what happens to it.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) value: Value,
    pub(crate) act: Act,
}

impl Target {
    pub(crate) fn new(value: Value, act: Act) -> Self {
        Self { value, act }
    }
}

/// What a program may change.
#[derive(Debug)]
pub(crate) enum Touch {
    /// These paths, and nothing else that it was given.
    Targets(Vec<Target>),
    /// Whatever it was given; its arguments, and its input when it reads `code`, may be programs.
    Everything { code: bool },
}

/// They read, print or wait, whatever they are given.
const READING: &[&str] = &[
    "cat",
    "ls",
    "head",
    "tail",
    "grep",
    "egrep",
    "fgrep",
    "zgrep",
    "rg",
    "ag",
    "ack",
    "wc",
    "diff",
    "cmp",
    "comm",
    "stat",
    "file",
    "echo",
    "printf",
    "test",
    "[",
    "[[",
    "less",
    "more",
    "tree",
    "du",
    "df",
    "pwd",
    "cd",
    "pushd",
    "popd",
    "which",
    "whereis",
    "type",
    "command",
    "hash",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "md5sum",
    "cksum",
    "b2sum",
    "shasum",
    "basename",
    "dirname",
    "realpath",
    "readlink",
    "cut",
    "tr",
    "nl",
    "od",
    "hexdump",
    "strings",
    "jq",
    "column",
    "join",
    "fold",
    "fmt",
    "expand",
    "paste",
    "tac",
    "rev",
    "true",
    "false",
    ":",
    "sleep",
    "wait",
    "exit",
    "return",
    "export",
    "local",
    "declare",
    "typeset",
    "readonly",
    "set",
    "shift",
    "unset",
    "read",
    "printenv",
    "seq",
    "date",
    "id",
    "whoami",
    "hostname",
    "uname",
    "ps",
    "bat",
    "batcat",
    "eza",
    "exa",
    "lsof",
    "shopt",
    "umask",
    "break",
    "continue",
    "alias",
    "unalias",
    "trap",
    "kill",
    "pgrep",
    "cloc",
    "tokei",
    "open",
    "base64",
    "find",
    "fd",
    "mapfile",
    "readarray",
    "getfacl",
    "lsattr",
    "jobs",
    "history",
    "man",
];

/// They are given prose, which may speak of anything.
const TALKING: &[&str] = &["gh", "glab", "exomonad", "notify-send", "say"];

/// What `step` does to the paths it names.
pub(crate) fn touch(step: &Step) -> Touch {
    let program = step.program();
    let name = program.as_str();
    let arguments = step.arguments();
    if step.argv.is_empty() || READING.contains(&name) {
        return Touch::Targets(reading(name, arguments));
    }
    let targets = match name {
        "git" => return Git::new(step).touch(),
        "cp" | "mv" | "install" | "rsync" | "ln" | "scp" => copying(name, arguments),
        "sed" | "gsed" => return sed(arguments),
        "awk" | "gawk" | "mawk" | "nawk" => return awk(arguments),
        "dd" => all(arguments.iter().filter_map(|argument| argument.after("of=")), Act::Write),
        "tar" | "bsdtar" => return tar(arguments),
        "curl" | "wget" => download(name, arguments),
        _ if TALKING.contains(&name) => talking(arguments),
        _ => match writing(name, arguments) {
            Some(targets) => targets,
            None => {
                let code = !matches!(
                    name,
                    "vim" | "vi" | "nano" | "emacs" | "code" | "mysql" | "psql" | "docker" | "kubectl"
                );
                return Touch::Everything { code };
            }
        },
    };
    Touch::Targets(targets)
}

fn all(values: impl IntoIterator<Item = Value>, act: Act) -> Vec<Target> {
    values.into_iter().map(|value| Target::new(value, act)).collect()
}

/// The arguments that are not options; `with_value` names the options that take the next argument.
fn plain(arguments: &[Value], with_value: &[&str]) -> Vec<Value> {
    let mut values = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let text = argument.shown();
        if text == "--" {
            values.extend(rest.cloned());
            break;
        }
        if with_value.contains(&text.as_str()) {
            rest.next();
        } else if !argument.is_option() {
            values.push(argument.clone());
        }
    }
    values
}

/// The value of an option, apart or joined.
fn option(arguments: &[Value], names: &[&str]) -> Option<Value> {
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let text = argument.shown();
        if names.contains(&text.as_str()) {
            return rest.next().cloned();
        }
        for name in names {
            if text.starts_with(&format!("{name}=")) {
                return argument.after_equals();
            }
            if !name.starts_with("--") && text.starts_with(name) && text.len() > name.len() {
                return argument.after(name);
            }
        }
    }
    None
}

/// Whether a short option is given, alone or among others, or a long one.
fn has(arguments: &[Value], short: char, long: &str) -> bool {
    arguments.iter().map(Value::shown).any(|text| {
        text == long
            || text.strip_prefix('-').is_some_and(|rest| !rest.starts_with('-') && rest.contains(short))
    })
}

/// The few ways in which programs that read can write.
fn reading(name: &str, arguments: &[Value]) -> Vec<Target> {
    match name {
        "find" | "fd" => finding(arguments),
        "tree" | "less" => all(option(arguments, &["-o"]), Act::Write),
        _ => Vec::new(),
    }
}

fn finding(arguments: &[Value]) -> Vec<Target> {
    let mut targets = Vec::new();
    for name in ["-fprint", "-fprintf", "-fprint0", "-fls"] {
        targets.extend(all(option(arguments, &[name]), Act::Write));
    }
    let words: Vec<String> = arguments.iter().map(Value::shown).collect();
    let deletes = words.iter().any(|word| word == "-delete");
    let named = words.iter().any(|word| matches!(word.as_str(), "-name" | "-path"));
    let runs = words.windows(2).any(|pair| match pair {
        [option, program] => option.starts_with("-exec") && !READING.contains(&program.as_str()),
        _ => false,
    });
    // What `-exec` does to a start has a step of its own; what it does to a name found below it has not.
    if deletes || runs && named {
        let starts: Vec<Value> =
            arguments.iter().take_while(|argument| !argument.is_option()).cloned().collect();
        let starts = if starts.is_empty() { vec![Value::text(".")] } else { starts };
        let mut rest =
            arguments.iter().skip_while(|argument| !matches!(argument.shown().as_str(), "-name" | "-path"));
        let name = rest.nth(1).map(crate::shell::find::live);
        let may_be_guarded = name.is_none_or(|name| super::places::Places::is_guarded_name(&name.pieces));
        targets.extend(all(starts, if may_be_guarded { Act::Remove } else { Act::Write }));
    }
    targets
}

fn writing(name: &str, arguments: &[Value]) -> Option<Vec<Target>> {
    let recursive = has(arguments, 'R', "--recursive");
    let each = if recursive { Act::Remove } else { Act::Write };
    Some(match name {
        "rm" | "unlink" | "shred" | "srm" | "trash" | "gio" => all(plain(arguments, &[]), Act::Remove),
        "rmdir" | "tee" | "sponge" => all(plain(arguments, &[]), Act::Write),
        "touch" => all(plain(arguments, &["-d", "-t", "-r"]), Act::Write),
        "mkdir" | "mkfifo" | "mknod" => all(plain(arguments, &["-m"]), Act::Write),
        "truncate" | "fallocate" => all(plain(arguments, &["-s", "-l", "-o", "-r"]), Act::Write),
        "chmod" | "chown" | "chgrp" => {
            // `chmod -x file`: the mode looks like an option.
            let mode = |text: String| {
                text.strip_prefix('-').is_some_and(|mode| mode.starts_with(['r', 'w', 'x', 's', 't']))
            };
            let given = arguments
                .iter()
                .any(|argument| mode(argument.shown()) || argument.head().starts_with("--reference"));
            all(plain(arguments, &[]).into_iter().skip(usize::from(!given)), each)
        }
        "chattr" | "setfacl" => all(plain(arguments, &["-m", "-x", "-M"]), each),
        "gzip" | "gunzip" | "xz" | "unxz" | "bzip2" | "bunzip2" | "zstd" => {
            if has(arguments, 'c', "--stdout") { Vec::new() } else { all(plain(arguments, &[]), Act::Write) }
        }
        "zip" => all(plain(arguments, &[]).into_iter().take(1), Act::Write),
        "unzip" => all(option(arguments, &["-d"]), Act::Fill),
        "sort" | "uniq" => all(option(arguments, &["-o", "--output"]), Act::Write),
        "xxd" => all(plain(arguments, &["-s", "-l", "-c", "-g"]).into_iter().skip(1), Act::Write),
        "yq" if !has(arguments, 'i', "--inplace") => Vec::new(),
        "split" | "csplit" => all(plain(arguments, &["-l", "-b", "-n"]).into_iter().skip(1), Act::Write),
        _ => return None,
    })
}

/// Programs with sources and a destination.
fn copying(name: &str, arguments: &[Value]) -> Vec<Target> {
    let links = matches!(name, "cp" | "rsync")
        && (has(arguments, 'l', "--link") || has(arguments, 's', "--symbolic-link"))
        && name == "cp"
        || name == "ln";
    let recursive = has(arguments, 'r', "--recursive")
        || has(arguments, 'R', "--recursive")
        || has(arguments, 'a', "--archive");
    let deletes = name == "rsync"
        && arguments
            .iter()
            .any(|argument| argument.head().starts_with("--delete") || argument.head().starts_with("--del"));
    let with_value = [
        "-t",
        "--target-directory",
        "-m",
        "--mode",
        "-o",
        "--owner",
        "-g",
        "--group",
        "-S",
        "--exclude",
        "--include",
        "-e",
        "-f",
    ];
    let with_value = if name == "install" {
        &with_value[..]
    } else {
        &["-t", "--target-directory", "-S", "--exclude", "--include", "-e"][..]
    };
    let mut sources = plain(arguments, with_value);
    if name == "install" && has(arguments, 'd', "--directory") {
        return all(sources, Act::Write);
    }
    let named = option(arguments, &["-t", "--target-directory"]).filter(|_| name != "rsync");
    let destination = match named {
        Some(destination) => destination,
        None if name == "ln" && sources.len() == 1 => Value::text("."),
        None => match sources.pop() {
            Some(destination) => destination,
            None => return Vec::new(),
        },
    };
    let is_remote = matches!(name, "rsync" | "scp")
        && destination.head().split('/').next().is_some_and(|host| host.contains(':'));
    if is_remote {
        return Vec::new();
    }
    let mut targets = vec![Target::new(destination.clone(), if deletes { Act::Remove } else { Act::Write })];
    if recursive || name == "rsync" {
        targets.push(Target::new(destination.clone(), Act::Fill));
    }
    for source in &sources {
        if let Some(name) = last_name(source) {
            let mut inside = destination.clone();
            inside.push(Piece::Text("/".to_owned()));
            name.into_iter().for_each(|piece| inside.push(piece));
            targets.push(Target::new(inside, Act::Remove));
        }
    }
    let removes =
        name == "mv" || arguments.iter().any(|argument| argument.shown() == "--remove-source-files");
    if removes {
        targets.extend(all(sources, Act::Remove));
    } else if links {
        targets.extend(all(sources, Act::Alias));
    }
    targets
}

/// The last name of a path, if it is a plain one.
fn last_name(value: &Value) -> Option<Vec<Piece>> {
    let known = value.known()?;
    let name = known.trim_end_matches('/').rsplit('/').next()?;
    (!matches!(name, "" | "." | "..")).then(|| vec![Piece::Text(name.to_owned())])
}

/// `sed` writes with `-i`; its script can name files too.
fn sed(arguments: &[Value]) -> Touch {
    let in_place = arguments.iter().map(Value::shown).any(|text| {
        text.starts_with("--in-place")
            || text
                .strip_prefix('-')
                .is_some_and(|rest| !rest.starts_with(['-', 'e', 'f']) && rest.contains('i'))
    });
    let given = option(arguments, &["-e", "--expression", "-f", "--file"]).is_some();
    let files = plain(arguments, &["-e", "--expression", "-f", "--file", "-l"]);
    let script = if given { option(arguments, &["-e", "--expression"]) } else { files.first().cloned() };
    let writes = script.iter().filter_map(Value::known).filter_map(|script| {
        let (_, file) = script.rsplit_once("w ")?;
        Some(Value::text(file.trim()))
    });
    let mut targets = all(writes, Act::Write);
    if in_place {
        targets.extend(all(files.into_iter().skip(usize::from(!given)), Act::Write));
    }
    Touch::Targets(targets)
}

/// `awk` reads, unless its program prints into something or runs something.
fn awk(arguments: &[Value]) -> Touch {
    let program = plain(arguments, &["-F", "-v", "-f", "-i"]).into_iter().next().unwrap_or_default().shown();
    let in_place = arguments.iter().any(|argument| argument.shown() == "inplace");
    if in_place
        || ["print >", "print>", "printf >", "\" >", "> FILENAME", ">FILENAME", "system", "|", ">\"", "> \""]
            .iter()
            .any(|sign| program.contains(sign))
    {
        Touch::Everything { code: true }
    } else {
        Touch::Targets(Vec::new())
    }
}

fn tar(arguments: &[Value]) -> Touch {
    let mode = arguments.first().map(Value::shown).unwrap_or_default();
    let mode = mode.trim_start_matches('-');
    let is = |letter: char, long: &str| {
        (!mode.starts_with("-") && mode.contains(letter)) || has(arguments, letter, long)
    };
    let dir = option(arguments, &["-C", "--directory", "--cd"]);
    if is('x', "--extract") || is('x', "--get") {
        let mut targets = all(
            plain(arguments, &["-C", "--directory", "-f", "--file", "--strip-components", "--exclude"])
                .into_iter()
                .skip(usize::from(!mode.is_empty() && !arguments.first().is_some_and(Value::is_option))),
            Act::Name,
        );
        targets.extend(all(dir.clone(), Act::Fill));
        targets.extend(all(dir, Act::Write));
        return Touch::Targets(targets);
    }
    if is('t', "--list") {
        return Touch::Targets(Vec::new());
    }
    let file = option(arguments, &["-f", "--file"]).or_else(|| {
        let bundled =
            arguments.iter().position(|argument| argument.shown().trim_start_matches('-').ends_with('f'))?;
        arguments.get(bundled + 1).cloned()
    });
    let mut targets = all(file, Act::Write);
    if arguments.iter().any(|argument| argument.shown() == "--remove-files") {
        targets.extend(all(plain(arguments, &["-C", "-f"]), Act::Remove));
    }
    Touch::Targets(targets)
}

fn download(name: &str, arguments: &[Value]) -> Vec<Target> {
    let options: &[&str] = if name == "curl" {
        &["-o", "--output", "--output-dir", "-D", "--dump-header", "-c", "--cookie-jar", "--trace"]
    } else {
        &["-O", "--output-document", "-P", "--directory-prefix", "-o", "--output-file"]
    };
    let mut targets: Vec<Target> =
        options.iter().flat_map(|name| all(option(arguments, &[name]), Act::Write)).collect();
    // `curl -O` takes the name from the address.
    let takes_name = if name == "curl" { has(arguments, 'O', "--remote-name") } else { targets.is_empty() };
    if takes_name {
        let dir = option(arguments, &["--output-dir", "-P"]).unwrap_or_else(|| Value::text("."));
        for address in arguments.iter().filter(|argument| argument.head().contains("://")) {
            if let Some(last) = last_name(address) {
                let mut value = dir.clone();
                value.push(Piece::Text("/".to_owned()));
                last.into_iter().for_each(|piece| value.push(piece));
                targets.push(Target::new(value, Act::Write));
            }
        }
    }
    targets
}

/// Prose aside, these are the places where such programs write.
fn talking(arguments: &[Value]) -> Vec<Target> {
    all(
        option(arguments, &["-D", "--dir", "-O", "--output"]).filter(|value| !value.shown().contains(' ')),
        Act::Write,
    )
}
