//! Looks a request over before anything is made.

use camino::{Utf8Component, Utf8Path};

use super::error::DEPTH_KEY;
use super::{SpawnError, SpawnRequest};
use crate::agent::{AgentName, Site};
use crate::contract::WorkspaceKind;
use crate::store::AgentRow;

/// The most characters of a slug.
const SLUG_CHARS: usize = 50;
/// What messages call somebody who is no agent: the person, the host, and whoever spawned the one who says so.
const TAKEN: [&str; 3] = ["exomonad", "human", "parent"];
/// The most bytes of a prompt.
const PROMPT_BYTES: usize = 1 << 20;
/// The most characters of a model's name.
const MODEL_CHARS: usize = 200;

/// Refuses a request that makes no sense whatever the state of the project, and returns the child's name.
pub(super) fn check(site: &Site, parent: &AgentRow, request: &SpawnRequest) -> Result<AgentName, SpawnError> {
    check_slug(request)?;
    check_prompt(&request.prompt)?;
    if let Some(model) = &request.model {
        check_model(model)?;
    }
    if let Some(dir) = &request.directory {
        check_directory(dir)?;
    }
    if request.workspace_kind == WorkspaceKind::Main {
        let hint = "choose `worktree`, `standalone` or `shared`";
        return Err(SpawnError::invalid("the main checkout is the root's", hint));
    }
    let max = site.config.agents.max_depth;
    if parent.depth >= max {
        let message = format!("`{}` is at depth {}, and `{DEPTH_KEY}` is {max}", parent.name, parent.depth);
        return Err(SpawnError::Cap { message, key: DEPTH_KEY });
    }
    child_name(&parent.name, &request.slug)
}

fn child_name(parent: &AgentName, slug: &str) -> Result<AgentName, SpawnError> {
    let text = if *parent == AgentName::root() { slug.to_owned() } else { format!("{parent}.{slug}") };
    AgentName::parse(&text).map_err(|err| SpawnError::invalid(err.to_string(), "choose a shorter slug"))
}

fn check_slug(request: &SpawnRequest) -> Result<(), SpawnError> {
    const HINT: &str = "take 1 to 50 of letters, digits, `_` and `-`, a letter or digit first";
    let slug = &request.slug;
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let first = slug.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    if !first || slug.len() > SLUG_CHARS || !slug.chars().all(legal) {
        return Err(SpawnError::invalid(format!("`{}` is no slug", shown(slug)), HINT));
    }
    if TAKEN.iter().any(|taken| slug.eq_ignore_ascii_case(taken)) {
        let message = format!("`{slug}` means somebody else in messages");
        return Err(SpawnError::invalid(message, "choose another slug"));
    }
    // Git takes no branch that ends with `.lock`.
    if request.workspace_kind != WorkspaceKind::Shared && slug.eq_ignore_ascii_case("lock") {
        return Err(SpawnError::invalid("git takes no branch named `….lock`", "choose another slug"));
    }
    Ok(())
}

fn check_prompt(prompt: &str) -> Result<(), SpawnError> {
    if prompt.contains('\0') {
        return Err(SpawnError::invalid("the prompt has a zero byte", "leave it out"));
    }
    if prompt.len() > PROMPT_BYTES {
        let message = format!("the prompt has {} bytes, and may have {PROMPT_BYTES}", prompt.len());
        return Err(SpawnError::invalid(message, "put large content into a file and name its path"));
    }
    Ok(())
}

/// A model's name becomes an argument of the harness.
pub(super) fn check_model(model: &str) -> Result<(), SpawnError> {
    let long = model.chars().count() > MODEL_CHARS;
    if model.is_empty() || long || model.starts_with('-') || model.chars().any(char::is_control) {
        let hint = "give the harness's own name of a model, or leave it out";
        return Err(SpawnError::invalid(format!("`{}` is no model", shown(model)), hint));
    }
    Ok(())
}

fn check_directory(dir: &str) -> Result<(), SpawnError> {
    let inside = |part: Utf8Component<'_>| matches!(part, Utf8Component::Normal(_) | Utf8Component::CurDir);
    if dir.is_empty() || dir.contains('\0') || !Utf8Path::new(dir).components().all(inside) {
        let hint = "give a path relative to the workspace's top, without `..`";
        return Err(SpawnError::invalid(format!("`{}` leads out of the workspace", shown(dir)), hint));
    }
    Ok(())
}

/// A stranger's text, so that it can be shown.
fn shown(text: &str) -> String {
    text.chars().take(100).collect::<String>().escape_debug().to_string()
}
