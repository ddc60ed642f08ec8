//! What a `git` command writes, and which of its settings would run something.

use super::touch::{Act, Target, Touch};
use crate::shell::{Step, Value};

/// A git command taken apart.
#[derive(Debug, Default)]
pub(crate) struct Git {
    /// `-C`, `--work-tree`.
    pub(crate) dirs: Vec<Value>,
    pub(crate) command: String,
    pub(crate) arguments: Vec<Value>,
    /// Settings given for this command alone.
    settings: Vec<String>,
}

/// Settings that make git run a program or read other settings.
const RUNNING: &[&str] = &[
    "core.hookspath",
    "core.fsmonitor",
    "core.sshcommand",
    "core.worktree",
    "core.gitproxy",
    "core.askpass",
    "gpg.program",
    "sequence.editor",
    "alias",
    "include",
    "includeif",
    "filter",
    "credential",
    "uploadpack.packobjectshook",
];

const READING: &[&str] = &[
    "status",
    "log",
    "diff",
    "show",
    "blame",
    "annotate",
    "grep",
    "ls-files",
    "ls-tree",
    "ls-remote",
    "rev-parse",
    "rev-list",
    "describe",
    "cat-file",
    "shortlog",
    "reflog",
    "merge-base",
    "name-rev",
    "for-each-ref",
    "help",
    "version",
    "check-ignore",
    "check-attr",
    "var",
    "whatchanged",
    "range-diff",
    "show-ref",
    "show-branch",
    "count-objects",
    "fsck",
    "diff-tree",
    "diff-index",
    "diff-files",
    "cherry",
    "verify-commit",
    "verify-tag",
    "get-tar-commit-id",
    "hash-object",
];

/// They write through git alone, and their arguments are refs, remotes and messages.
const SAFE: &[&str] = &[
    "add",
    "commit",
    "push",
    "pull",
    "fetch",
    "merge",
    "rebase",
    "cherry-pick",
    "revert",
    "branch",
    "tag",
    "remote",
    "stash",
    "reset",
    "switch",
    "worktree",
    "notes",
    "bisect",
    "gc",
    "prune",
    "maintenance",
    "update-ref",
    "symbolic-ref",
    "update-index",
    "write-tree",
    "commit-tree",
    "rerere",
    "replace",
    "repack",
    "pack-refs",
    "hook",
    "lfs",
    "submodule",
];

impl Git {
    pub(crate) fn new(step: &Step) -> Self {
        let mut git = Self::default();
        let mut rest = step.arguments().iter();
        while let Some(argument) = rest.next() {
            let text = argument.shown();
            match text.as_str() {
                "-C" | "--work-tree" | "--git-dir" | "--exec-path" | "--namespace" => {
                    if let (Some(value), false) = (rest.next(), text == "--namespace") {
                        git.dirs.push(value.clone());
                    }
                }
                "-c" => git.settings.extend(rest.next().map(Value::shown)),
                _ if argument.is_option() => {
                    if let Some(setting) =
                        text.strip_prefix("--config-env=").or_else(|| text.strip_prefix("-c"))
                    {
                        git.settings.push(setting.to_owned());
                    } else if !text.starts_with("--namespace") {
                        git.dirs.extend(argument.after_equals());
                    }
                }
                _ => {
                    git.command = text;
                    git.arguments = rest.cloned().collect();
                    break;
                }
            }
        }
        for (name, value) in &step.assignments {
            match name.as_str() {
                "GIT_DIR" | "GIT_WORK_TREE" => git.dirs.push(value.clone()),
                "GIT_SSH_COMMAND" | "GIT_PROXY_COMMAND" => {}
                name if name.starts_with("GIT_CONFIG_KEY_") => git.settings.push(value.shown()),
                "GIT_CONFIG_PARAMETERS" => git.settings.push(value.shown().trim_matches('\'').to_owned()),
                _ => {}
            }
        }
        git
    }

    /// The setting that may not be made, if there is one.
    pub(crate) fn running_setting(&self) -> Option<String> {
        if let Some(setting) =
            self.settings.iter().find(|setting| runs(setting) && !setting.ends_with("helper="))
        {
            return Some(setting.split('=').next().unwrap_or_default().to_owned());
        }
        match self.command.as_str() {
            "config" => self.config(),
            "clone" | "init" | "submodule" => {
                let words: Vec<String> = self.arguments.iter().map(Value::shown).collect();
                let apart = words.windows(2).filter_map(|pair| match pair {
                    [option, setting] if option == "-c" || option == "--config" => Some(setting.as_str()),
                    _ => None,
                });
                let joined = words
                    .iter()
                    .filter_map(|word| word.strip_prefix("--config=").or_else(|| word.strip_prefix("-c")));
                apart.chain(joined).find(|setting| runs(setting)).map(ToOwned::to_owned)
            }
            _ => None,
        }
    }

    fn config(&self) -> Option<String> {
        let words: Vec<String> = self.arguments.iter().map(Value::shown).collect();
        let has = |options: &[&str]| words.iter().any(|word| options.contains(&word.as_str()));
        if has(&["-e", "--edit", "edit"]) {
            return Some("every setting, in an editor".to_owned());
        }
        if has(&[
            "-l",
            "--list",
            "list",
            "get",
            "--get",
            "--get-all",
            "--get-regexp",
            "--get-urlmatch",
            "--get-color",
        ]) {
            return None;
        }
        let with_value = ["-f", "--file", "--type", "--default", "--blob", "--comment", "--value"];
        let mut plain = Vec::new();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            if with_value.contains(&word.as_str()) {
                rest.next();
            } else if !word.starts_with('-')
                && !matches!(word.as_str(), "set" | "unset" | "rename-section" | "remove-section")
            {
                plain.push(word);
            }
        }
        let changes = plain.len() > 1
            || has(&[
                "set",
                "unset",
                "rename-section",
                "remove-section",
                "--unset",
                "--unset-all",
                "--add",
                "--replace-all",
            ])
            || has(&["--remove-section", "--rename-section"]);
        let key = plain.first().filter(|_| changes)?;
        let whole_section =
            has(&["rename-section", "remove-section", "--remove-section", "--rename-section"]);
        let unknown = key.contains('$');
        (unknown
            || plain.iter().any(|key| runs(key) && whole_section)
            || runs(key)
            || whole_section && key.as_str() == "core")
            .then(|| (*key).clone())
    }

    pub(crate) fn is_reading(&self) -> bool {
        READING.contains(&self.command.as_str()) || self.command.is_empty()
    }

    /// What the command does to paths.
    pub(crate) fn touch(&self) -> Touch {
        let plain: Vec<Value> =
            self.arguments.iter().filter(|argument| !argument.is_option()).cloned().collect();
        let words: Vec<String> = self.arguments.iter().map(Value::shown).collect();
        let has = |options: &[&str]| words.iter().any(|word| options.contains(&word.as_str()));
        let mut targets: Vec<Target> = Vec::new();
        let name = self.command.as_str();
        for pair in self.arguments.windows(2) {
            if let [option, value] = pair
                && matches!(option.shown().as_str(), "--output" | "-o" | "--output-directory")
                && (name != "push" && name != "commit" && name != "fetch")
            {
                targets.push(Target::new(value.clone(), Act::Write));
            }
        }
        targets.extend(
            self.arguments
                .iter()
                .filter(|argument| argument.head().starts_with("--output"))
                .filter_map(Value::after_equals)
                .map(|value| Target::new(value, Act::Write)),
        );
        match name {
            "clean" => {
                let ignored = words.iter().any(|word| {
                    word.starts_with('-') && !word.starts_with("--") && word.contains(['x', 'X'])
                });
                let dry = words.iter().any(|word| {
                    word == "--dry-run"
                        || word.starts_with('-') && !word.starts_with("--") && word.contains('n')
                });
                if ignored && !dry {
                    let whole = if plain.is_empty() { vec![Value::text(".")] } else { plain };
                    targets.extend(whole.into_iter().map(|value| Target::new(value, Act::Remove)));
                }
            }
            "stash" if has(&["-a", "--all"]) => targets.push(Target::new(Value::text("."), Act::Remove)),
            "rm" | "mv" if !has(&["--cached", "-n", "--dry-run"]) => {
                targets.extend(plain.into_iter().map(|value| Target::new(value, Act::Remove)));
            }
            // Without the files: only the index changes.
            "rm" | "mv" => {}
            "checkout" | "restore" | "checkout-index" | "archive" | "clone" | "init" | "bundle"
            | "read-tree" | "format-patch" | "sparse-checkout" => {
                let values = self.arguments.iter().filter_map(|argument| {
                    if argument.is_option() { argument.after_equals() } else { Some(argument.clone()) }
                });
                let act = if matches!(name, "clone" | "init") { Act::Write } else { Act::Name };
                let skipped = usize::from(name == "clone");
                targets.extend(values.skip(skipped).map(|value| Target::new(value, act)));
            }
            "config" => {
                let mut values = self.arguments.iter();
                while let Some(argument) = values.next() {
                    if matches!(argument.shown().as_str(), "-f" | "--file")
                        && !has(&["--get", "get", "-l", "--list", "list"])
                    {
                        targets.extend(values.next().map(|value| Target::new(value.clone(), Act::Write)));
                    }
                }
            }
            _ if READING.contains(&name) || SAFE.contains(&name) || name.is_empty() => {}
            _ => return Touch::Everything { code: matches!(name, "apply" | "am" | "filter-branch") },
        }
        Touch::Targets(targets)
    }
}

/// Whether a setting, or a section of settings, makes git run something.
fn runs(setting: &str) -> bool {
    let key = setting.split('=').next().unwrap_or_default().to_ascii_lowercase();
    RUNNING
        .iter()
        .any(|running| key == *running || key.strip_prefix(running).is_some_and(|rest| rest.starts_with('.')))
}
