//! The room as a whole, on a real directory.

mod crash;
mod disk;
mod exclude;
mod random;
mod record;
mod servers;
mod upgrade;

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::json;
use tempfile::TempDir;

use super::{
    Artefact, Dialect, Entry, Finding, InstallError, Part, Place, Plan, Request, State, Status, inspect,
    plan, uninstall,
};

const CLAUDE: &str = ".claude/settings.local.json";
const MCP: &str = ".mcp.json";
const GEMINI: &str = ".gemini/settings.json";
const EXCLUDE: &str = ".git/info/exclude";

/// A directory that looks like a repository to this room.
struct Project {
    _dir: TempDir,
    root: Utf8PathBuf,
}

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let root = Utf8PathBuf::from_path_buf(dir.path().canonicalize().expect("exists")).expect("UTF-8");
        fs::create_dir(root.join(".git")).expect("made");
        let project = Self { _dir: dir, root };
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    #[expect(clippy::disallowed_methods, reason = "the user's editor does not write atomically")]
    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("has a parent")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).expect("readable")
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{text}");
        self.write(path, &text.replacen(from, to, 1));
    }

    fn has(&self, path: &str) -> bool {
        self.root.join(path).symlink_metadata().is_ok()
    }

    fn request(&self, exe: &str) -> Request {
        Request {
            project_root: self.root.clone(),
            git_dir: self.root.join(".git"),
            artefacts: vec![
                Artefact {
                    label: "Claude Code".to_owned(),
                    path: CLAUDE.into(),
                    dialect: Dialect::Strict,
                    hooks: vec![
                        hook("PreToolUse", &json!({"command": exe, "args": ["hook", "pre"]})),
                        hook("Stop", &json!({"command": exe, "args": ["hook", "stop"]})),
                        entry(
                            &["permissions", "deny"],
                            Place::Element,
                            json!(format!("Edit(/{}/x)", self.root)),
                        ),
                    ],
                    server: None,
                    approvals: vec![
                        entry(&["enabledMcpjsonServers"], Place::Element, json!("exomonad")),
                        entry(&["permissions", "allow"], Place::Element, json!("mcp__exomonad")),
                    ],
                },
                Artefact {
                    label: "Claude Code".to_owned(),
                    path: MCP.into(),
                    dialect: Dialect::Strict,
                    hooks: Vec::new(),
                    server: Some(server(exe)),
                    approvals: Vec::new(),
                },
                Artefact {
                    label: "Gemini CLI".to_owned(),
                    path: GEMINI.into(),
                    dialect: Dialect::Comments,
                    hooks: vec![hook(
                        "BeforeTool",
                        &json!({"name": "exomonad-pre", "command": format!("{exe} hook pre")}),
                    )],
                    server: Some(server(exe)),
                    approvals: Vec::new(),
                },
            ],
        }
    }

    fn plan(&self) -> Plan {
        plan(&self.request("/bin/exomonad")).expect("there is a place")
    }

    fn install(&self) {
        self.plan().apply().expect("written");
    }

    fn uninstall(&self) {
        uninstall(&self.request("/bin/exomonad")).expect("readable").apply().expect("written");
    }

    fn states(&self) -> Vec<State> {
        let findings = inspect(&self.request("/bin/exomonad")).expect("readable");
        findings.into_iter().map(|finding| finding.state).collect()
    }

    fn is_intact(&self) -> bool {
        self.states().iter().all(|state| *state == State::Intact)
    }

    /// Every file and directory, with text and mode.
    fn tree(&self) -> BTreeMap<String, (u32, Option<String>)> {
        let mut found = BTreeMap::new();
        collect(&self.root, &self.root, &mut found);
        found
    }
}

fn collect(root: &Utf8Path, dir: &Utf8Path, found: &mut BTreeMap<String, (u32, Option<String>)>) {
    for child in dir.read_dir_utf8().expect("a directory") {
        let child = child.expect("readable");
        let path = child.path();
        let name = path.strip_prefix(root).expect("below").to_string();
        let mode = path.symlink_metadata().expect("exists").permissions().mode();
        if child.file_type().expect("known").is_dir() {
            found.insert(name, (mode, None));
            collect(root, path, found);
        } else {
            found.insert(name, (mode, fs::read_to_string(path).ok()));
        }
    }
}

fn entry(path: &[&str], place: Place, value: serde_json::Value) -> Entry {
    Entry { path: path.iter().map(|key| (*key).to_owned()).collect(), place, value }
}

fn server(exe: &str) -> Entry {
    entry(&["mcpServers", "exomonad"], Place::Member, json!({"command": exe, "args": ["mcp-stdio"]}))
}

fn hook(event: &str, handler: &serde_json::Value) -> Entry {
    entry(&["hooks", event], Place::Element, json!({"hooks": [handler]}))
}

/// Files of a user who has been at it for a while.
fn lived_in() -> Project {
    Project::new(&[
        (
            CLAUDE,
            "{\r\n\t\"permissions\": {\r\n\t\t\"allow\": [\"a\"],\r\n\t\t\"deny\": []\r\n\t},\r\n\t\"n\": 1e999\r\n}",
        ),
        (GEMINI, "// mine\n{ \"hooks\": { \"BeforeTool\": [ /* none */\n  ] } }\n"),
        (EXCLUDE, "# git's own\n*.log"),
    ])
}

#[test]
fn uninstall_restores_every_byte_of_an_untouched_project() {
    for project in [
        lived_in(),
        Project::new(&[]),
        Project::new(&[(CLAUDE, ""), (GEMINI, "{}")]),
        Project::new(&[(CLAUDE, "{\n\n}\n"), (GEMINI, "\u{feff}{ }"), (EXCLUDE, "")]),
        Project::new(&[
            (".exomonad/config.toml", "a = 1\n"),
            (".claude/other.json", "{}"),
            (EXCLUDE, "a\r\nb\r\n"),
        ]),
    ] {
        let before = project.tree();
        project.install();
        assert!(project.is_intact());
        assert_ne!(project.tree(), before);
        project.uninstall();
        assert_eq!(project.tree(), before);
    }
}

#[test]
fn installing_twice_writes_nothing_the_second_time() {
    let project = lived_in();
    project.install();
    let before = project.tree();
    let again = project.plan();
    assert!(again.is_empty());
    assert!(again.files().iter().all(|file| file.status == Status::Unchanged));
    assert_eq!(again.apply().expect("nothing to do"), []);
    assert_eq!(project.tree(), before);
}

#[test]
fn uninstalling_where_nothing_was_installed_writes_nothing() {
    let project = lived_in();
    let before = project.tree();
    assert!(uninstall(&project.request("exomonad")).expect("readable").is_empty());
    project.uninstall();
    assert_eq!(project.tree(), before);
}

#[test]
fn a_plan_shows_before_and_after_and_writes_nothing() {
    let project = Project::new(&[(GEMINI, "{}\n")]);
    let before = project.tree();
    let plan = project.plan();
    let files: Vec<_> = plan.files().iter().map(|file| (file.label.as_str(), file.status)).collect();
    assert_eq!(
        files,
        [
            ("git exclude", Status::Created),
            ("Claude Code", Status::Created),
            ("Claude Code", Status::Created),
            ("Gemini CLI", Status::Changed)
        ]
    );
    let gemini = plan.files().last().expect("four files");
    assert_eq!(gemini.path, project.root.join(GEMINI));
    assert_eq!(gemini.before.as_deref(), Some("{}\n"));
    assert!(gemini.after.as_deref().expect("changed").contains("exomonad-pre"));
    assert_eq!(project.tree(), before);
}

#[test]
fn the_users_edit_survives_and_ours_goes() {
    let project = lived_in();
    let before = project.tree();
    project.install();
    project.edit(CLAUDE, "\"n\": 1e999", "\"mine\": [1, 2]");
    project.edit(GEMINI, "// mine", "// still mine");
    project.edit(EXCLUDE, "*.log", "*.txt");
    project.uninstall();
    let mut expected = before;
    for (path, from, to) in [
        (CLAUDE, "\"n\": 1e999", "\"mine\": [1, 2]"),
        (GEMINI, "// mine", "// still mine"),
        (EXCLUDE, "*.log", "*.txt"),
    ] {
        let (_, text) = expected.get_mut(path).expect("was there");
        *text = text.as_ref().map(|text| text.replace(from, to));
    }
    assert_eq!(project.tree(), expected);
}

#[test]
fn a_file_we_made_goes_unless_the_user_wrote_into_it() {
    let project = Project::new(&[]);
    project.install();
    project.edit(CLAUDE, "{\n", "{\n  \"model\": \"x\",\n");
    project.edit(GEMINI, "{\n", "\n{\n");
    project.uninstall();
    assert_eq!(project.read(CLAUDE), "{\n  \"model\": \"x\"\n}\n");
    assert!(!project.has(GEMINI) && !project.has(".gemini"));
    assert!(!project.has(".exomonad"));
}

#[test]
fn inspect_names_what_is_gone() {
    let project = lived_in();
    assert!(project.states().iter().all(|state| *state == State::Missing));
    project.install();
    project.edit(CLAUDE, "\"stop\"", "\"nothing\"");
    project.edit(CLAUDE, "mcp__exomonad", "mcp__other");
    project.edit(MCP, "\"exomonad\":", "\"other\":");
    project.edit(GEMINI, "// mine", "{");
    project.edit(EXCLUDE, "/.exomonad/*", "");
    let what = project.states().into_iter().map(|state| match state {
        State::Altered { what } => what,
        State::Missing => "all".to_owned(),
        State::Intact | State::Taken { .. } => panic!("altered"),
    });
    let what: Vec<_> = what.collect();
    assert_eq!(what[..3], ["missing: hooks.Stop", "missing: permissions.allow", "all"]);
    assert!(what[3..5].iter().all(|what| what.starts_with("the file is not valid")), "{what:?}");
    assert_eq!(what[5], "missing: /.exomonad/*");
}

#[test]
fn inspect_names_the_artefacts() {
    let project = Project::new(&[]);
    let findings = inspect(&project.request("exomonad")).expect("readable");
    let names: Vec<_> = findings
        .iter()
        .map(|Finding { artefact, path, part, .. }| (artefact.as_str(), path.as_str(), *part))
        .collect();
    assert_eq!(
        names,
        [
            ("Claude Code", CLAUDE, Part::Hooks),
            ("Claude Code", CLAUDE, Part::Tools),
            ("Claude Code", MCP, Part::Tools),
            ("Gemini CLI", GEMINI, Part::Hooks),
            ("Gemini CLI", GEMINI, Part::Tools),
            ("git exclude", "info/exclude", Part::Hooks),
        ]
    );
}

#[test]
fn a_file_with_no_place_for_us_stops_all_of_it() {
    let project = Project::new(&[(GEMINI, "{\n  \"hooks\": []\n}")]);
    let before = project.tree();
    let err = plan(&project.request("exomonad")).expect_err("an array");
    assert_eq!(err.to_string(), format!("cannot edit `{}:2:12`", project.root.join(GEMINI)));
    assert!(err.hint().expect("a next step").contains("make `hooks`"));
    assert_eq!(project.tree(), before);
}
