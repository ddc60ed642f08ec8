//! A worker's job, and the prompt that is made of it.

use exomonad_sdk::prompt::{Profile, Prompt};
use exomonad_sdk::{Host, ToolError};
use schemars::JsonSchema;
use serde::Deserialize;

use super::plan::PermissionMode;
use super::sent::require_text;

/// Bytes of one context file, and of all of a worker's.
const FILE: u32 = 64 << 10;
const FILES: usize = 256 << 10;

#[derive(Deserialize, JsonSchema)]
pub(super) struct WorkerSpec {
    /// Its name: 1 to 50 of `a-z A-Z 0-9 _ -`.
    #[schemars(length(min = 1, max = 50))]
    pub(super) name: String,
    /// What to do: it does not see your conversation.
    #[schemars(length(min = 1))]
    task: String,
    /// What to read before anything else.
    #[serde(default)]
    read_first: Vec<String>,
    /// What to do, in order.
    #[serde(default)]
    steps: Vec<String>,
    /// The commands that must succeed.
    #[serde(default)]
    verify: Vec<String>,
    /// What must be true at the end.
    #[serde(default)]
    done_criteria: Vec<String>,
    /// What not to do, and what to leave alone.
    #[serde(default)]
    boundary: Vec<String>,
    /// What to know.
    context: Option<String>,
    /// More, in your own words, after all of the above.
    prompt: Option<String>,
    /// Standing instructions to add.
    #[serde(default)]
    profiles: Vec<ProfileName>,
    /// Files of your workspace whose content it is given: at most 64 KiB each, 256 KiB in all.
    #[serde(default)]
    context_files: Vec<String>,
    /// Commands for `verify`, by language.
    #[serde(default)]
    verify_templates: Vec<Template>,
    /// How much it may do without being asked; your project's configuration decides when left out.
    pub(super) permission_mode: Option<PermissionMode>,
    /// What it may do without being asked, such as `Bash(cargo test:*)` or `Edit(src/**)`.
    #[serde(default)]
    pub(super) allowed_tools: Vec<String>,
    /// What it may not do at all. This wins over everything that allows.
    #[serde(default)]
    pub(super) disallowed_tools: Vec<String>,
    /// The program it runs in: `claude`, `gemini`, or one of the configuration; your project decides when left out.
    pub(super) harness: Option<String>,
    /// That program's name of a model; its own choice when left out.
    pub(super) model: Option<String>,
}

/// The profiles that fit an agent without a branch of its own.
#[derive(Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum ProfileName {
    /// How anybody works in a repository.
    General,
    /// Rust code.
    Rust,
    /// Haskell code.
    Haskell,
    /// Finds something out and changes nothing.
    Research,
    /// Works in its parent's directory. Every worker has it.
    Worker,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::General => Self::General,
            ProfileName::Rust => Self::Rust,
            ProfileName::Haskell => Self::Haskell,
            ProfileName::Research => Self::Research,
            ProfileName::Worker => Self::Worker,
        }
    }
}

/// How work in a language is checked.
#[derive(Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Template {
    /// `cargo fmt --all --check`, `cargo clippy --all-targets -- -D warnings`, `cargo test`.
    Rust,
    /// `cabal build all`, `cabal test all`.
    Haskell,
    /// `npm test`.
    Node,
    /// `python -m pytest`.
    Python,
    /// `go vet ./...`, `go test ./...`.
    Go,
}

impl Template {
    fn commands(self) -> &'static [&'static str] {
        match self {
            Self::Rust => {
                &["cargo fmt --all --check", "cargo clippy --all-targets -- -D warnings", "cargo test"]
            }
            Self::Haskell => &["cabal build all", "cabal test all"],
            Self::Node => &["npm test"],
            Self::Python => &["python -m pytest"],
            Self::Go => &["go vet ./...", "go test ./..."],
        }
    }
}

/// What the worker is told.
pub(super) fn worker_prompt(host: &mut dyn Host, spec: &WorkerSpec) -> Result<Prompt, ToolError> {
    require_text("task", &spec.task)?;
    let templates = spec.verify_templates.iter().flat_map(|template| template.commands());
    let mut prompt = Prompt::default()
        .task(&spec.task)
        .boundary(&spec.boundary)
        .read_first(&spec.read_first)
        .steps(&spec.steps)
        .context(spec.context.as_deref().unwrap_or_default())
        .verify(&spec.verify)
        .verify(templates)
        .done_criteria(&spec.done_criteria)
        .raw(spec.prompt.as_deref().unwrap_or_default())
        .profile(Profile::Worker);
    for profile in &spec.profiles {
        prompt = prompt.profile(Profile::from(*profile));
    }
    let mut size = 0;
    for path in &spec.context_files {
        let content = content(host, path)?;
        size += content.len();
        if size > FILES {
            let message = format!("the context files up to `{path}` have more than {FILES} bytes");
            return Err(ToolError::new(message).with_hint("name the others in `read_first`"));
        }
        prompt = prompt.context_file(path, content);
    }
    Ok(prompt)
}

/// A file of the caller's workspace, whole.
fn content(host: &mut dyn Host, path: &str) -> Result<String, ToolError> {
    let failed = |why: &str, hint: Option<String>| ToolError {
        message: format!("context file `{path}`: {why}"),
        hint,
    };
    let chunk = host.fs_read(path, 0, FILE).map_err(|err| failed(&err.message, err.hint))?;
    if chunk.size > u64::from(FILE) {
        let why = format!("it has {} bytes; the limit is {FILE}", chunk.size);
        return Err(failed(&why, Some("name it in `read_first` instead".to_owned())));
    }
    let text =
        String::from_utf8(chunk.data).map_err(|err| failed(&format!("it is not UTF-8 text: {err}"), None))?;
    if text.trim().is_empty() {
        return Err(failed("it is empty", None));
    }
    Ok(text)
}
