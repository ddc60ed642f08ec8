//! Which servers of a `.mcp.json` an agent may start.
//!
//! Claude Code reads every `.mcp.json` up to the root of the disk, and asks its user about each server that nobody approved;
//! an agent that is started by a tool would wait for ever. So it gets what the user approved in the main checkout, and the
//! rest is switched off.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::own::{load, workspace_settings};
use super::trust::config_dir;
use crate::harness::launch::LaunchFacts;

/// Names of servers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Approved {
    pub(super) enabled: BTreeSet<String>,
    pub(super) disabled: BTreeSet<String>,
}

/// What the user approved, of what there is. Our own server comes by another way, and an approval would say only its name.
pub(super) fn approved(facts: &LaunchFacts<'_>) -> Approved {
    let settings: Vec<Value> = user_settings(facts).iter().filter_map(|path| load(path)).collect();
    let listed = |key: &str| -> BTreeSet<String> {
        let lists = settings.iter().filter_map(|settings| settings.get(key)?.as_array());
        lists.flatten().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
    };
    let all = settings
        .iter()
        .any(|settings| settings.get("enableAllProjectMcpServers") == Some(&Value::Bool(true)));
    let (enabled, refused) = (listed("enabledMcpjsonServers"), listed("disabledMcpjsonServers"));
    let is_enabled = |name: &String| (all || enabled.contains(name)) && !refused.contains(name);
    let is_ours = |name: &String| name == crate::harness::settings::SERVER;
    let names = facts.launch.dir.ancestors().flat_map(servers).collect::<BTreeSet<_>>();
    let (enabled, disabled) = names.into_iter().partition(|name| is_enabled(name) && !is_ours(name));
    Approved { enabled, disabled }
}

/// The servers that the directory's `.mcp.json` names.
fn servers(dir: &Utf8Path) -> Vec<String> {
    let names = |value: Value| Some(value.get("mcpServers")?.as_object()?.keys().cloned().collect());
    load(&dir.join(".mcp.json")).and_then(names).unwrap_or_default()
}

/// Where the user says so: for all projects, for this one, and in the workspace.
fn user_settings(facts: &LaunchFacts<'_>) -> Vec<Utf8PathBuf> {
    let root = &facts.settings.project_root;
    let project = [".claude/settings.local.json", ".claude/settings.json"].map(|file| root.join(file));
    let user = config_dir(facts.surroundings).map(|dir| dir.join("settings.json"));
    workspace_settings(facts).into_iter().chain(project).chain(user).collect()
}
