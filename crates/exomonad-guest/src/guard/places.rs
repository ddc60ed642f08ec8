//! What is protected, and where an agent may write.

use exomonad_sdk::Context;

use crate::path::{Path, Relation, Start, dir, name_matches};

/// What a path means to the guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    /// Protected.
    Guarded,
    /// A directory that holds something protected.
    AboveGuarded,
    /// The work of another agent.
    Foreign,
    Free,
}

/// Protected in the project's root and in every workspace.
const IN_WORKSPACE: &[&[&str]] = &[
    &[".exomonad"],
    &[".claude", "settings.json"],
    &[".claude", "settings.local.json"],
    &[".mcp.json"],
    &[".gemini", "settings.json"],
    &[".gemini", "policies"],
    &[".codex", "config.toml"],
    &[".codex", "hooks.json"],
    &[".codex", "hooks"],
    &[".git", "hooks"],
    &[".git", "config"],
    &[".git", "config.worktree"],
];
const IN_HOME: &[&[&str]] = &[
    &[".exomonad"],
    &[".config", "exomonad"],
    &[".claude", "settings.json"],
    &[".claude", "settings.local.json"],
    &[".claude.json"],
    &[".gemini", "settings.json"],
    &[".gemini", "policies"],
    &[".codex", "config.toml"],
    &[".codex", "hooks.json"],
];
const IN_GIT_DIR: &[&[&str]] =
    &[&["hooks"], &["config"], &["config.worktree"], &["worktrees", "*", "config.worktree"]];
/// Outside a workspace, but free to write.
const FREE: &[&str] =
    &["/tmp", "/var/tmp", "/private/tmp", "/private/var/tmp", "/private/var/folders", "/var/folders"];
const DEVICES: &[&str] =
    &["/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/fd", "/dev/zero", "/dev/full"];

/// The places that matter to one agent, spelled out once: a command is compared with all of them many times.
#[derive(Debug)]
pub(crate) struct Places {
    root: Vec<String>,
    workspace: Vec<String>,
    git_dir: Vec<String>,
    home: Option<Vec<String>>,
    worktrees: Vec<String>,
    foreign: Vec<String>,
    /// Each entry of [`IN_WORKSPACE`] in the own workspace, in another agent's, and in the root.
    in_workspaces: Vec<InWorkspaces>,
    /// What is protected in the git directory and in the home directory.
    elsewhere: Vec<Vec<String>>,
}

#[derive(Debug)]
struct InWorkspaces {
    own: Vec<String>,
    foreign: Vec<String>,
    root: Vec<String>,
    /// The state directory, which holds the workspaces.
    is_state: bool,
}

impl Places {
    pub(crate) fn new(cx: &Context) -> Self {
        let names = |path: &str| dir(path).unwrap_or_default();
        let root = names(&cx.project.root);
        let workspace = names(&cx.agent.workspace);
        let git_dir = names(&cx.project.git_dir);
        let home = cx.home.as_deref().and_then(dir);
        let worktrees = join(&root, &[".exomonad", "worktrees"]);
        let foreign = join(&worktrees, &["*"]);
        let in_workspaces = IN_WORKSPACE.iter().map(|names| InWorkspaces {
            own: join(&workspace, names),
            foreign: join(&foreign, names),
            root: join(&root, names),
            is_state: *names == [".exomonad"],
        });
        let in_home = home.iter().flat_map(|home| IN_HOME.iter().map(move |names| join(home, names)));
        let elsewhere = IN_GIT_DIR.iter().map(|names| join(&git_dir, names)).chain(in_home).collect();
        let in_workspaces = in_workspaces.collect();
        Self { root, workspace, git_dir, home, worktrees, foreign, in_workspaces, elsewhere }
    }

    /// What this path means. Globs mean the worst they can match.
    pub(crate) fn zone(&self, path: &Path) -> Zone {
        if path.start == Start::Somewhere {
            return Self::zone_by_names(path);
        }
        let own = self.workspace.starts_with(&self.worktrees) && self.is_own(path);
        let in_foreign = !own && path.relation(&self.foreign) == Relation::Inside;
        let mut above = false;
        let mut guarded = |place: &[String]| match path.relation(place) {
            Relation::Inside => true,
            Relation::Above => {
                above = true;
                false
            }
            Relation::Apart => false,
        };
        let mut is_guarded = false;
        for place in &self.in_workspaces {
            let in_workspace = guarded(&place.own);
            is_guarded |= guarded(&place.foreign) && in_foreign;
            let in_root = guarded(&place.root);
            // Workspaces lie inside the project's `.exomonad`.
            let exempt = (own || in_foreign) && place.is_state;
            is_guarded |= in_root && !exempt;
            is_guarded |= in_workspace && !(exempt && self.workspace == self.root);
        }
        for place in &self.elsewhere {
            is_guarded |= guarded(place);
        }
        // The link to the repository: a worktree's `.git` is a file.
        for base in [&self.workspace, &self.root] {
            let link = join(base, &[".git"]);
            is_guarded |= path.relation(&link) == Relation::Inside
                && path.names.len() == link.len()
                && base != &self.root;
        }
        match (is_guarded, in_foreign, above) {
            (true, _, _) => Zone::Guarded,
            (false, true, _) => Zone::Foreign,
            (false, false, true) => Zone::AboveGuarded,
            (false, false, false) => Zone::Free,
        }
    }

    /// What a path of unknown beginning means, by the names in it.
    pub(crate) fn zone_by_names(path: &Path) -> Zone {
        let all = || IN_WORKSPACE.iter().chain(&[&[".claude.json"] as &[&str]]);
        if all().any(|names| path.mentions(names, false)) {
            return Zone::Guarded;
        }
        if all().any(|names| path.mentions(names, true)) { Zone::AboveGuarded } else { Zone::Free }
    }

    /// Whether the path is surely the agent's own workspace or in it.
    pub(crate) fn is_own(&self, path: &Path) -> bool {
        let known = path.known_names();
        known.starts_with(&self.workspace)
    }

    /// The path below the agent's own workspace, or below another agent's.
    pub(crate) fn below_workspace(&self, path: &Path) -> Option<Path> {
        let known = path.known_names();
        let skipped = if known.starts_with(&self.workspace) {
            self.workspace.len()
        } else if known.starts_with(&self.worktrees) {
            self.worktrees.len() + 1
        } else {
            return None;
        };
        Some(path.with_beginning(&[], skipped))
    }

    /// Whether a confined agent may write here.
    pub(crate) fn is_writable(&self, path: &Path) -> bool {
        if path.start == Start::Somewhere || self.is_own(path) {
            return true;
        }
        let known = path.known_names();
        let caches =
            self.home.iter().flat_map(|home| [join(home, &[".cache"]), join(home, &[".cargo", "registry"])]);
        let free = FREE.iter().chain(DEVICES).filter_map(|path| dir(path)).chain(caches);
        free.into_iter().any(|place| known.starts_with(&place))
    }

    /// Whether something called `name` may be protected, wherever it is.
    pub(crate) fn is_guarded_name(name: &[crate::shell::Piece]) -> bool {
        const INSIDE: &[&str] =
            &["config.toml", "config.local.toml", "state.db", "state.db-wal", "guest.wasm"];
        let names = IN_WORKSPACE.iter().flat_map(|names| names.iter()).chain(INSIDE);
        names.into_iter().any(|guarded| name_matches(name, guarded, true))
    }

    /// A directory that only holds settings, such as `.git`.
    pub(crate) fn is_close_above(&self, path: &Path) -> bool {
        let home = self.home.as_ref();
        let bases = [Some(&self.root), Some(&self.workspace), home].into_iter().flatten();
        let mut holders =
            bases.flat_map(|base| [".git", ".claude", ".gemini", ".codex"].map(|name| join(base, &[name])));
        let is =
            |place: &Vec<String>| path.names.len() == place.len() && path.relation(place) == Relation::Inside;
        is(&self.git_dir) || holders.any(|place| is(&place))
    }

    /// The path as people know it: below the project's root, or below `~`.
    pub(crate) fn shown(&self, names: &[String]) -> String {
        if let Some(rest) = names.strip_prefix(self.root.as_slice()).filter(|rest| !rest.is_empty()) {
            return rest.join("/");
        }
        let home = self.home.as_ref().and_then(|home| names.strip_prefix(home.as_slice()));
        home.map_or_else(|| crate::path::shown(names), |rest| format!("~/{}", rest.join("/")))
    }

    /// Whether this is the project's git directory, or in it.
    pub(crate) fn is_git_dir(&self, names: &[String]) -> bool {
        names.starts_with(&self.git_dir)
    }

    pub(crate) fn home(&self) -> Option<String> {
        self.home.as_deref().map(crate::path::shown)
    }

    pub(crate) fn workspace(&self) -> String {
        crate::path::shown(&self.workspace)
    }
}

fn join(base: &[String], names: &[&str]) -> Vec<String> {
    base.iter().cloned().chain(names.iter().map(|&name| name.to_owned())).collect()
}
