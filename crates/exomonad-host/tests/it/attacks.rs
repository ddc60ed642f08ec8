//! The guest's table of attacks, asked of the real WASM: the answers of the native test hold for what we ship.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;

use camino::{Utf8Path, Utf8PathBuf};
use exomonad_host::contract::{
    Agent, Context, Hook, HookEvent, Project, ToolKind, ToolUse, Verdict, WorkspaceKind,
};
use exomonad_host::engine::Limits;
use serde::Deserialize;

use crate::support::{LIMITS, NOW, TestProject, builtin};

#[derive(Deserialize)]
struct Row {
    name: String,
    role: String,
    tool: String,
    command: Option<String>,
    path: Option<String>,
    cwd: Option<String>,
    #[serde(default)]
    links: BTreeMap<String, String>,
    expect: String,
}

#[test]
fn the_shipped_guest_refuses_every_attack_and_lets_every_innocent_command_pass() {
    let table = include_str!("../../../exomonad-guest/tests/attacks.json");
    let rows: Vec<Row> = serde_json::from_str(table).unwrap();
    let project = TestProject::new();
    let mut wrong = Vec::new();
    for row in &rows {
        let scene = Scene::of(row);
        let verdict = scene.ask(&project, row);
        let denied = matches!(verdict, Verdict::Deny(_));
        if denied != (row.expect == "deny") {
            wrong.push(format!("{}: {verdict:?}, expected {}", row.name, row.expect));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(rows.len() >= 100, "{} rows", rows.len());
}

/// Where a row happens: at the table's own paths, which do not exist, or where its symlinks can be made.
struct Scene {
    root: Utf8PathBuf,
    _dir: Option<tempfile::TempDir>,
}

impl Scene {
    fn of(row: &Row) -> Self {
        if row.links.is_empty() {
            return Self { root: "/repo".into(), _dir: None };
        }
        let dir = tempfile::TempDir::new().unwrap();
        let root = Utf8PathBuf::from_path_buf(dir.path().canonicalize().unwrap()).unwrap().join("repo");
        let scene = Self { root, _dir: Some(dir) };
        for (from, to) in &row.links {
            make_link(Utf8Path::new(&scene.place(from)), Utf8Path::new(&scene.place(to)));
        }
        scene
    }

    fn place(&self, text: &str) -> String {
        text.replace("/repo", self.root.as_str())
    }

    fn ask(&self, project: &TestProject, row: &Row) -> Verdict {
        let lead = row.role == "tl";
        let workspace = if lead { self.root.clone() } else { self.root.join(".exomonad/worktrees/parser") };
        let cx = Context {
            agent: Agent {
                name: if lead { "root" } else { "main.parser" }.to_owned(),
                role: row.role.clone(),
                parent: (!lead).then(|| "root".to_owned()),
                branch: Some("main".to_owned()),
                workspace_kind: if lead { WorkspaceKind::Main } else { WorkspaceKind::Worktree },
                workspace: workspace.to_string(),
                harness: "claude".to_owned(),
                depth: u32::from(!lead),
            },
            project: Project { root: self.root.to_string(), git_dir: self.root.join(".git").to_string() },
            home: Some("/home/user".to_owned()),
            now_ms: NOW,
            limits: LIMITS,
            trace: String::new(),
            rules: Vec::new(),
            verify: Vec::new(),
        };
        let kind = match row.tool.as_str() {
            "shell" => ToolKind::Shell,
            "write" => ToolKind::Write,
            "read" => ToolKind::Read,
            other => panic!("{}: tool {other}", row.name),
        };
        let tool = ToolUse {
            name: row.tool.clone(),
            kind,
            input: "{}".to_owned(),
            command: row.command.as_ref().map(|text| self.place(text)),
            paths: row.path.iter().map(|text| self.place(text)).collect(),
            dir: None,
            mcp: None,
            id: None,
        };
        let cwd = row.cwd.as_ref().map_or_else(|| workspace.to_string(), |cwd| self.place(cwd));
        let hook = Hook {
            event: HookEvent::PreTool(tool),
            session: "s".to_owned(),
            cwd,
            transcript: None,
            subagent: None,
            raw: "{}".to_owned(),
        };
        builtin().on_hook(project.services(), &cx, &hook, Limits::default()).unwrap().verdict
    }
}

/// Makes the link that lets `from` lead to `to`: the two share their last parts.
fn make_link(from: &Utf8Path, to: &Utf8Path) {
    if from.file_name() == to.file_name() {
        return make_link(from.parent().unwrap(), to.parent().unwrap());
    }
    std::fs::create_dir_all(from.parent().unwrap()).unwrap();
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    symlink(to, from).unwrap();
}
