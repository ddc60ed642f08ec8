//! The environment, read once. This is the register of every variable that exomonad knows.

use std::ffi::OsString;
use std::sync::Arc;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use exomonad_host::surroundings::Surroundings;

/// What the process was started with.
#[derive(Debug, Clone)]
pub(crate) struct Env {
    /// The current directory.
    pub(crate) dir: Utf8PathBuf,
    /// This program.
    pub(crate) exe: Utf8PathBuf,
    /// The whole environment, for whoever starts other programs.
    pub(crate) surroundings: Arc<Surroundings>,
    /// `EXOMONAD_AGENT`: the name of the agent, set by the launcher.
    pub(crate) agent: Option<String>,
    /// `CLAUDE_PROJECT_DIR`: where the agent was started. Set by Claude Code, and by Gemini CLI for compatibility.
    pub(crate) project_dir: Option<Utf8PathBuf>,
    /// `CLAUDE_CODE_MESSAGING_SOCKET`: where the agent takes messages. Set by Claude Code for its hooks.
    pub(crate) messaging_socket: Option<Utf8PathBuf>,
    /// `HOME`
    pub(crate) home: Option<Utf8PathBuf>,
    /// `XDG_CONFIG_HOME`, or `~/.config`
    pub(crate) config_home: Option<Utf8PathBuf>,
    /// `PATH`
    pub(crate) search_path: String,
    /// `RUST_LOG`: what to log; wins over the default.
    pub(crate) log_filter: Option<String>,
    /// `EXOMONAD_LOG_FORMAT=json`
    pub(crate) log_json: bool,
    /// `NO_COLOR`
    pub(crate) no_color: bool,
    /// `LC_ALL`, `LC_CTYPE` or `LANG` says that text is UTF-8.
    pub(crate) utf8: bool,
    /// `SHELL`: the user's shell.
    pub(crate) shell: Option<Utf8PathBuf>,
}

impl Env {
    /// Reads it.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let home = path("HOME");
        let config_home = path("XDG_CONFIG_HOME").or_else(|| home.as_ref().map(|home| home.join(".config")));
        let exe = utf8(std::env::current_exe().context("failed to find this program's own path")?)?;
        Ok(Self {
            dir: current_dir()?,
            surroundings: Arc::new(Surroundings { exe: exe.clone(), variables: variables() }),
            exe,
            agent: variable("EXOMONAD_AGENT"),
            project_dir: path("CLAUDE_PROJECT_DIR"),
            messaging_socket: path("CLAUDE_CODE_MESSAGING_SOCKET"),
            home,
            config_home,
            search_path: variable("PATH").unwrap_or_default(),
            log_filter: variable("RUST_LOG"),
            log_json: variable("EXOMONAD_LOG_FORMAT").is_some_and(|format| format == "json"),
            no_color: variable("NO_COLOR").is_some(),
            utf8: ["LC_ALL", "LC_CTYPE", "LANG"]
                .into_iter()
                .find_map(variable)
                .is_some_and(|locale| is_utf8(&locale)),
            shell: path("SHELL"),
        })
    }

    /// The user's own configuration file.
    pub(crate) fn user_config(&self) -> Option<Utf8PathBuf> {
        self.config_home.as_ref().map(|dir| dir.join("exomonad/config.toml"))
    }

    /// A path as people write it: the home directory as `~`.
    pub(crate) fn show(&self, path: &Utf8Path) -> String {
        let below = self.home.as_ref().and_then(|home| path.strip_prefix(home).ok());
        below.map_or_else(|| path.to_string(), |below| format!("~/{below}"))
    }
}

/// Whether a locale, such as `C.UTF-8`, writes UTF-8.
fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// The event, when the command is `hook`.
pub(crate) fn hook_event() -> Option<String> {
    let mut arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    arguments.next().filter(|command| command == "hook")?;
    arguments.next()
}

/// A variable that is set, not empty, and text.
#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Every variable that is text.
fn variables() -> Vec<(String, String)> {
    let text =
        |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    std::env::vars_os().filter_map(text).collect()
}

/// A variable that holds an absolute path.
fn path(name: &str) -> Option<Utf8PathBuf> {
    variable(name).map(Utf8PathBuf::from).filter(|path| path.is_absolute())
}

#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
fn current_dir() -> anyhow::Result<Utf8PathBuf> {
    utf8(std::env::current_dir().context("the current directory is gone")?)
}

fn utf8(path: std::path::PathBuf) -> anyhow::Result<Utf8PathBuf> {
    Utf8PathBuf::from_path_buf(path).map_err(|path| anyhow::anyhow!("`{}` is not UTF-8", path.display()))
}
