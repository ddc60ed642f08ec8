//! The demo's place: a temporary directory with a home, a repository and an environment of its own, and its end.
//!
//! Rule: nothing that the demo starts reads or writes outside of this directory, and nothing of it is left afterwards.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use exomonad_host::drop_logged;
use exomonad_host::exec::{Cmd, end_marked};
use exomonad_host::mux::{self, MuxKind};
use exomonad_host::store::{Mode, Store};
use exomonad_host::surroundings::Surroundings;

use crate::env::Env;
use crate::output::problem;

/// How long one command may take. The slowest starts a multiplexer.
const LIMIT: Duration = Duration::from_secs(60);

/// How long what is left at the end may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// The branch of the demo's repository.
const BRANCH: &str = "main";

/// What the user's own environment gives: where programs are, and what their terminal can show.
const KEPT: [&str; 9] =
    ["PATH", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "NO_COLOR", "RUST_LOG", "SSL_CERT_FILE", "TRACEPARENT"];

/// Where the user wants spans to go.
const KEPT_PREFIXES: [&str; 2] = ["OTEL_", "OTLP_"];

/// The repository at its beginning.
const FILES: [(&str, &str); 5] = [
    ("README.md", "# Menu\n\nA menu of shell commands. `sh check.sh` checks that each of them works.\n"),
    ("menu.txt", "help\n"),
    ("commands/help.sh", "cat menu.txt\n"),
    (
        "check.sh",
        "# Each command of the menu must be there, and say something.\nset -eu\nfor command in $(cat menu.txt); do\n    test -n \"$(sh \"commands/$command.sh\")\" || { echo \"$command says nothing\" >&2; exit 1; }\ndone\n",
    ),
    (
        ".exomonad/config.toml",
        "[project]\nverify = [\"sh check.sh\"]\n\n[[rules]]\nevent = \"pre-tool\"\ntool = \"shell\"\nmatches = \"git push --force*\"\ndecision = \"deny\"\nreason = \"force pushes are not allowed here\"\n",
    ),
];

/// The URL of the demo's repository where it is on GitHub.
const REMOTE: &str = "https://github.com/acme/api.git";

/// What stands in for GitHub.
#[derive(Debug, Clone, Copy)]
pub(super) struct StandIn<'a> {
    /// The root of its API.
    pub(super) api_url: &'a str,
    /// The bare repository behind it.
    pub(super) remote: &'a Utf8Path,
    /// What it knows the agents by.
    pub(super) token: &'a str,
}

/// The demo's place. Dropped, everything that runs in it is ended, and it is removed unless it is kept.
#[derive(Debug)]
pub(super) struct Stage {
    dir: Utf8PathBuf,
    surroundings: Arc<Surroundings>,
    mux: MuxKind,
    kept: bool,
    ended: bool,
}

impl Stage {
    /// Makes the directory, and the repository in it.
    pub(super) fn set(env: &Env, mux: MuxKind, stand_in: Option<StandIn<'_>>) -> anyhow::Result<Self> {
        for program in ["git", "sh"] {
            if env.surroundings.find_program(program).is_none() {
                return Err(problem(
                    format!("the demo needs `{program}`, which is not on your PATH"),
                    format!("install `{program}`, or put it where PATH finds it"),
                ));
            }
        }
        let dir = make_dir(env)?;
        let surroundings = Surroundings { exe: env.exe.clone(), variables: variables(env, &dir) };
        let stage = Self { dir, surroundings: Arc::new(surroundings), mux, kept: false, ended: false };
        for made in ["home", "project", "run", "tmp"] {
            DirBuilder::new()
                .mode(0o700)
                .create(stage.dir.join(made))
                .with_context(|| format!("failed to make `{}`", stage.dir.join(made)))?;
        }
        stage.write("home/.gitconfig", GIT_CONFIG)?;
        stage.write("home/.config/exomonad/config.toml", &stage.config(stand_in))?;
        stage.write("home/.config/zellij/config.kdl", ZELLIJ_CONFIG)?;
        stage.write("exomonad", &stage.script())?;
        fs::set_permissions(stage.dir.join("exomonad"), Permissions::from_mode(0o700))
            .context("failed to make a script executable")?;
        for (path, text) in FILES {
            stage.write(&format!("project/{path}"), text)?;
        }
        stage.git(&["init", "--quiet", "--initial-branch", BRANCH])?;
        stage.git(&["add", "--all"])?;
        stage.git(&["commit", "--quiet", "--message", "A menu with one command"])?;
        if let Some(stand_in) = stand_in {
            stage.publish(stand_in)?;
        }
        Ok(stage)
    }

    /// Has the repository on what stands in for GitHub, under a URL of GitHub's.
    fn publish(&self, stand_in: StandIn<'_>) -> anyhow::Result<()> {
        self.write("home/.exomonad/secrets", &format!("GITHUB_TOKEN={}\n", stand_in.token))?;
        self.git(&["remote", "add", "origin", REMOTE])?;
        self.git(&["config", &format!("url.{}.insteadOf", stand_in.remote), REMOTE])?;
        self.git(&["push", "--quiet", "origin", BRANCH])?;
        Ok(())
    }

    /// Where it is.
    pub(super) fn dir(&self) -> &Utf8Path {
        &self.dir
    }

    /// The repository.
    pub(super) fn project(&self) -> Utf8PathBuf {
        self.dir.join("project")
    }

    /// The home directory of everything in it.
    pub(super) fn home(&self) -> Utf8PathBuf {
        self.dir.join("home")
    }

    /// The project's database.
    pub(super) fn store(&self) -> anyhow::Result<Store> {
        Ok(Store::open(&self.project().join(".exomonad/state.db"), Mode::Short)?)
    }

    /// The session's name, which says whose it is.
    pub(super) fn session(&self) -> &str {
        self.dir.file_name().unwrap_or("exomonad-demo")
    }

    /// Runs exomonad as its user would, and returns what it answered.
    pub(super) fn exomonad(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let exe = self.surroundings.exe.as_str();
        self.program(exe).args(arguments).text().with_context(|| {
            format!("`exomonad {}` did not work", arguments.first().copied().unwrap_or_default())
        })
    }

    /// As [`Stage::exomonad`], with something to read.
    pub(super) fn exomonad_reading(&self, arguments: &[&str], input: &str) -> anyhow::Result<String> {
        let exe = self.surroundings.exe.as_str();
        self.program(exe).args(arguments).input(input).text().with_context(|| {
            format!("`exomonad {}` did not work", arguments.first().copied().unwrap_or_default())
        })
    }

    /// Runs git in the repository, and returns what it answered.
    pub(super) fn git(&self, arguments: &[&str]) -> anyhow::Result<String> {
        self.program("git").args(arguments).text().context("git did not work")
    }

    /// Runs a program in the repository, and tells whether it succeeded.
    pub(super) fn succeeds(&self, program: &str, arguments: &[&str]) -> anyhow::Result<bool> {
        let output = self.program(program).args(arguments).run();
        Ok(output.with_context(|| format!("failed to run `{program}`"))?.code == Some(0))
    }

    /// Leaves the directory where it is.
    pub(super) fn keep(&mut self) {
        self.kept = true;
    }

    /// Ends everything that runs in it.
    pub(super) fn end(&mut self) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        if self.project().join(".exomonad/state.db").is_file() {
            let agents = self.program(self.surroundings.exe.as_str()).args(["stop", "--tree", "root"]).run();
            drop_logged(agents.map(drop), "stop the demo's agents");
            let spans = self.program(self.surroundings.exe.as_str()).args(["flush-spans", "--dir"]);
            let spans = spans.args([self.project().as_str()]).run();
            drop_logged(spans.map(drop), "send the demo's last spans");
            let address = self.store().and_then(|store| Ok(store.terminal()?));
            if let Ok(Some(address)) = address {
                drop_logged(mux::open(address, &self.surroundings).end(), "end the demo's session");
            }
        }
        // An agent that was being spawned is none that could be stopped. The home directory is nobody's but the demo's.
        let home = format!("HOME={}", self.home());
        drop_logged(end_marked(&home, GRACE).map(drop), "end what the demo left");
    }

    /// The user's own configuration, in which every role is played by this program.
    fn config(&self, stand_in: Option<StandIn<'_>>) -> String {
        let exe = self.surroundings.exe.as_str().replace('{', "{{").replace('}', "}}");
        let command =
            serde_json::json!([exe, "demo-agent", "--agent", "{agent}", "--prompt-file", "{prompt_file}"]);
        let roles = ["tl", "dev", "worker"];
        let roles: String = roles.map(|role| format!("\n[roles.{role}]\nharness = \"scripted\"\n")).concat();
        let forge = stand_in.map_or_else(String::new, |stand_in| {
            let api_url = serde_json::json!(stand_in.api_url);
            format!("\n[forge]\nkind = \"github\"\napi_url = {api_url}\npoll_s = 5\n")
        });
        format!("mux = \"{}\"\n\n[harness.scripted]\ncommand = {command}\n{roles}{forge}", self.mux.name())
    }

    /// Runs exomonad in the demo's project, from anywhere.
    fn script(&self) -> String {
        let own = self.surroundings.variables.iter().filter(|(name, _)| !is_kept(name));
        let variables: String = own.map(|(name, value)| format!(" {name}={}", in_shell(value))).collect();
        let (project, exe) = (in_shell(self.project().as_str()), in_shell(self.surroundings.exe.as_str()));
        format!("#!/bin/sh\ncd {project} && exec env{variables} {exe} \"$@\"\n")
    }

    fn program(&self, name: &str) -> Cmd {
        let variables = &self.surroundings.variables;
        Cmd::new(name, &self.project(), self.surroundings.search_path()).envs(variables).limit(LIMIT)
    }

    fn write(&self, path: &str, text: &str) -> anyhow::Result<()> {
        let path = self.dir.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("failed to make `{parent}`"))?;
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .with_context(|| format!("failed to write `{path}`"))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.end();
        if !self.kept {
            drop_logged(fs::remove_dir_all(&self.dir), "remove the demo's directory");
        }
    }
}

const GIT_CONFIG: &str = "[user]\n\tname = Demo\n\temail = demo@example.invalid\n[core]\n\tfsync = none\n[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n";

const ZELLIJ_CONFIG: &str = "show_startup_tips false\nshow_release_notes false\n";

/// A directory that was not there before.
fn make_dir(env: &Env) -> anyhow::Result<Utf8PathBuf> {
    let temp = env.surroundings.variable("TMPDIR").filter(|dir| dir.starts_with('/')).unwrap_or("/tmp");
    let temp = Utf8Path::new(temp)
        .canonicalize_utf8()
        .with_context(|| format!("there is no temporary directory `{temp}`"))?;
    for number in 0..100 {
        let suffix = if number == 0 { String::new() } else { format!("-{number}") };
        let dir = temp.join(format!("exomonad-demo-{}{suffix}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&dir) {
            Ok(()) => return Ok(dir),
            Err(err) if err.kind() == ErrorKind::AlreadyExists => {}
            Err(err) => {
                return Err(anyhow::Error::new(err).context(format!("failed to make `{dir}`")));
            }
        }
    }
    Err(problem(
        format!("`{temp}` is full of directories of earlier demos"),
        format!("remove `{temp}/exomonad-demo-*`"),
    ))
}

/// The environment of everything in the demo.
fn variables(env: &Env, dir: &Utf8Path) -> Vec<(String, String)> {
    let kept = env.surroundings.variables.iter().filter(|(name, _)| is_kept(name)).cloned();
    let own = [
        ("HOME", "home"),
        ("XDG_CONFIG_HOME", "home/.config"),
        ("XDG_STATE_HOME", "home/.local/state"),
        ("XDG_CACHE_HOME", "home/.cache"),
        ("XDG_DATA_HOME", "home/.local/share"),
        ("XDG_RUNTIME_DIR", "run"),
        ("TMUX_TMPDIR", "run"),
        ("ZELLIJ_SOCKET_DIR", "run"),
        ("TMPDIR", "tmp"),
        ("GIT_CONFIG_GLOBAL", "home/.gitconfig"),
    ];
    let own = own.map(|(name, path)| (name.to_owned(), dir.join(path).into_string()));
    let set = [("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_TERMINAL_PROMPT", "0"), ("SHELL", "/bin/sh")];
    let set = set.map(|(name, value)| (name.to_owned(), value.to_owned()));
    kept.chain(own).chain(set).collect()
}

/// Whether the demo has a variable of its user's.
fn is_kept(name: &str) -> bool {
    KEPT.contains(&name) || KEPT_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// A text as one word of a shell.
fn in_shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::in_shell;

    #[test]
    fn a_path_with_a_quote_is_one_word_of_a_shell() {
        assert_eq!(in_shell("/tmp/it's"), "'/tmp/it'\\''s'");
    }
}
