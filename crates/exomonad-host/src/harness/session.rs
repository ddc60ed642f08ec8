//! Variables that tell of the session that set them, and would mislead a harness that inherits them.
//!
//! What a user sets for all their sessions stays: keys, endpoints, switches.

/// Whether a variable tells of the session that set it.
#[must_use]
pub fn is_session_variable(name: &str) -> bool {
    let is_kept = KEPT.contains(&name) || KEPT_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    !is_kept && (NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
}

/// Whole families, but for what the `KEPT` tables name.
const PREFIXES: [&str; 9] = [
    // With `CLAUDE_CODE_CHILD_SESSION` an interactive Claude Code keeps no transcript (seen in 2.1.329).
    "CLAUDE_CODE_",
    "CLAUDE_PLUGIN_",
    // Which terminal it is; the new pane says so anew.
    "TMUX",
    "ZELLIJ",
    "KITTY_",
    "WEZTERM_",
    "EXOMONAD_",
    // Settings of one git command.
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_VALUE_",
];

const NAMES: [&str; 46] = [
    // Claude Code, for what it starts.
    "CLAUDECODE",
    "CLAUDE_PID",
    "CLAUDE_EFFORT",
    "CLAUDE_ENV_FILE",
    "CLAUDE_PROJECT_DIR",
    "CLAUDE_JOB_DIR",
    "AI_AGENT",
    // Gemini CLI, for its hooks, its shell and its servers.
    "GEMINI_CLI",
    "GEMINI_CWD",
    "GEMINI_PLANS_DIR",
    "GEMINI_PROJECT_DIR",
    "GEMINI_SESSION_ID",
    // Codex, for its shell.
    "CODEX_SANDBOX",
    "CODEX_SANDBOX_NETWORK_DISABLED",
    "CODEX_THREAD_ID",
    // What `git rev-parse --local-env-vars` names: they lead every git into one repository.
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
    // Terminals.
    "COLUMNS",
    "LINES",
    "STY",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "TERM_SESSION_ID",
    "WINDOW",
    "WINDOWID",
    // Shells.
    "OLDPWD",
    "PWD",
    "SHLVL",
    "_",
    "INIT_CWD",
];

const KEPT: [&str; 8] = [
    // How the user signs in.
    "CLAUDE_CODE_OAUTH_TOKEN",
    "CLAUDE_CODE_API_KEY_HELPER_TTL_MS",
    "CLAUDE_CODE_CLIENT_CERT",
    "CLAUDE_CODE_CLIENT_KEY",
    "CLAUDE_CODE_CLIENT_KEY_PASSPHRASE",
    // Where commands are run.
    "CLAUDE_CODE_SHELL",
    "CLAUDE_CODE_SHELL_PREFIX",
    // How our own log is written.
    "EXOMONAD_LOG_FORMAT",
];

const KEPT_PREFIXES: [&str; 13] = [
    // Which service answers: `CLAUDE_CODE_USE_BEDROCK`, `CLAUDE_CODE_SKIP_BEDROCK_AUTH`.
    "CLAUDE_CODE_USE_",
    "CLAUDE_CODE_SKIP_",
    // Switches and limits of the user's.
    "CLAUDE_CODE_DISABLE_",
    "CLAUDE_CODE_ENABLE_",
    "CLAUDE_CODE_FORCE_",
    "CLAUDE_CODE_MAX_",
    "CLAUDE_CODE_AUTO_",
    "CLAUDE_CODE_IDE_SKIP_",
    "CLAUDE_CODE_SUBAGENT_",
    "CLAUDE_CODE_GLOB_",
    "CLAUDE_CODE_FILE_READ_",
    "CLAUDE_CODE_OTEL_",
    // A policy of the user's about what commands may inherit.
    "CLAUDE_CODE_SUBPROCESS_",
];
