//! Where a project is, who works in it, and what its configuration says.

use std::os::unix::fs::PermissionsExt;

use exomonad_host::agent::{AgentName, IdentityError, Seeker, resolve};
use exomonad_host::config::Config;
use exomonad_host::contract::{RuleDecision, WorkspaceKind};
use exomonad_host::git::{Git, Repository};
use exomonad_host::harness::Harness;
use exomonad_host::project::{self, Created};
use exomonad_host::store::{AgentRow, AgentState};

use crate::support::{NOW, SEARCH_PATH, TestProject, git};

#[test]
fn every_worktree_leads_to_the_same_project() {
    let project = TestProject::new();
    let side = project.root().join("../side tree");
    git(project.root(), &["worktree", "add", "-q", "-b", "side", side.as_str()]);
    std::fs::create_dir(side.join("deep")).unwrap();
    let found = Repository::find(&side.join("deep")).unwrap();
    assert_eq!(found.root, project.repository.root);
    assert_eq!(found.common_dir, project.repository.common_dir);
    assert_eq!(found.workspace, side.canonicalize_utf8().unwrap());
    assert_eq!(found.branch().unwrap().as_deref(), Some("side"));
}

#[test]
fn a_bare_repositorys_worktree_keeps_its_state_in_the_bare_repository() {
    let project = TestProject::without_state();
    let bare = project.root().join("../bare.git");
    git(project.root(), &["clone", "-q", "--bare", ".", bare.as_str()]);
    let tree = project.root().join("../tree");
    git(&bare, &["worktree", "add", "-q", tree.as_str()]);
    let found = Repository::find(&tree).unwrap();
    assert_eq!(found.root, bare.canonicalize_utf8().unwrap());
}

#[test]
fn a_submodule_is_a_project_of_its_own() {
    let project = TestProject::without_state();
    let source = TestProject::without_state();
    git(
        project.root(),
        &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", source.root().as_str(), "sub"],
    );
    let found = Repository::find(&project.root().join("sub")).unwrap();
    assert_eq!(found.root, project.root().join("sub"));
}

#[test]
fn a_detached_head_is_no_branch() {
    let project = TestProject::without_state();
    git(project.root(), &["checkout", "-q", "--detach"]);
    assert_eq!(project.repository.branch().unwrap(), None);
}

#[test]
fn making_a_project_twice_changes_nothing_and_keeps_others_out() {
    let project = TestProject::without_state();
    let make = || project::create(&project.repository, Harness::Gemini, NOW).unwrap();
    assert_eq!(make(), Created { config: true, database: true });
    project.write(".exomonad/config.toml", "# mine\n");
    assert_eq!(make(), Created { config: false, database: false });
    assert_eq!(std::fs::read_to_string(project.state_dir().join("config.toml")).unwrap(), "# mine\n");
    let mode = |path: &camino::Utf8Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&project.state_dir()), mode(&project.database())), (0o700, 0o600));
}

fn agent(project: &TestProject, name: &str, workspace: &camino::Utf8Path) -> AgentRow {
    AgentRow {
        name: AgentName::parse(name).unwrap(),
        role: "worker".to_owned(),
        harness: "claude".to_owned(),
        parent: Some(AgentName::root()),
        workspace_kind: WorkspaceKind::Shared,
        workspace: workspace.canonicalize_utf8().unwrap(),
        depth: 1,
        state: AgentState::Running,
        created_ms: project.store().newest_event_id().unwrap(),
    }
}

#[test]
fn an_agent_is_who_it_says_only_where_it_works() {
    let project = TestProject::new();
    let side = project.root().join("../side");
    git(project.root(), &["worktree", "add", "-q", "-b", "side", side.as_str()]);
    let store = project.store();
    store.add_agent(&agent(&project, "helper", project.root())).unwrap();
    let find = |claimed: Option<&str>, dir: &camino::Utf8Path| {
        let repository = Repository::find(dir).unwrap();
        resolve(&store, &Seeker { claimed, repository: &repository }).map(|row| row.name.to_string())
    };
    assert_eq!(find(None, project.root()).unwrap(), "root");
    assert_eq!(find(Some("helper"), project.root()).unwrap(), "helper");
    assert!(matches!(find(Some("helper"), &side), Err(IdentityError::Elsewhere { .. })));
    assert!(matches!(find(Some("nobody"), project.root()), Err(IdentityError::Unknown { .. })));
    assert!(matches!(find(Some("../x"), project.root()), Err(IdentityError::Claim(_))));
    assert!(matches!(find(None, &side), Err(IdentityError::Nobody { .. })));
    store.add_agent(&agent(&project, "one", &side)).unwrap();
    assert_eq!(find(None, &side).unwrap(), "one");
    store.add_agent(&agent(&project, "two", &side)).unwrap();
    assert!(matches!(find(None, &side), Err(IdentityError::Ambiguous { .. })));
    assert_eq!(find(Some("two"), &side).unwrap(), "two");
}

#[test]
fn the_users_rules_come_before_the_repositorys() {
    let project = TestProject::new();
    let rule = |tool: &str, decision: &str| {
        format!("[[rules]]\nevent = \"pre-tool\"\ntool = \"{tool}\"\ndecision = \"{decision}\"\n")
    };
    project.write(".exomonad/config.toml", &rule("project", "deny"));
    project.write(".exomonad/config.local.toml", &rule("local", "allow"));
    project.write("user.toml", &(rule("user", "ask") + "[limits]\nguest_ms = 7\n"));
    let config = Config::load(&project.state_dir(), Some(&project.root().join("user.toml"))).unwrap();
    let tools: Vec<_> = config.rules.iter().filter_map(|rule| rule.tool.as_deref()).collect();
    assert_eq!(tools, ["local", "user", "project"]);
    assert_eq!(config.rules[0].decision, RuleDecision::Allow);
    assert_eq!(config.limits.wall.as_millis(), 7);
    assert_eq!(config.warnings, Vec::<String>::new());
}

#[test]
fn a_committed_rule_cannot_switch_the_users_prompts_off() {
    let project = TestProject::new();
    project.write(".exomonad/config.toml", "[[rules]]\nevent = \"pre-tool\"\ndecision = \"allow\"\n");
    let config = Config::load(&project.state_dir(), None).unwrap();
    assert_eq!(config.rules, []);
    assert!(config.warnings[0].contains("an `allow` rule is ignored"), "{:?}", config.warnings);
}

#[test]
fn a_mistyped_key_is_named_with_the_nearest_known_one() {
    let project = TestProject::new();
    project.write(".exomonad/config.toml", "[limits]\nguest_mss = 3\n[rulez]\n");
    let warnings = Config::load(&project.state_dir(), None).unwrap().warnings.join("\n");
    assert!(warnings.contains("`limits.guest_mss`; did you mean `limits.guest_ms`?"), "{warnings}");
    assert!(warnings.contains("`rulez`; did you mean `rules`?"), "{warnings}");
    project.write(".exomonad/config.toml", "[limits]\nguest_ms = 0\n");
    let err = Config::load(&project.state_dir(), None).unwrap_err();
    assert!(err.to_string().ends_with("`limits.guest_ms` must be at least 1"), "{err}");
}

#[test]
fn git_tells_each_kind_of_change_apart() {
    let project = TestProject::without_state();
    let root = project.root().to_owned();
    project.write("both", "1\n");
    project.write("tree", "1\n");
    project.write("old name", "some content that is long enough to be found again\n");
    git(&root, &["add", "."]);
    git(&root, &["commit", "-qm", "files"]);
    project.write("both", "2\n");
    git(&root, &["add", "both"]);
    project.write("both", "3\n");
    project.write("tree", "2\n");
    git(&root, &["mv", "old name", "new name"]);
    project.write("dir/untracked é", "");
    let git_here = Git::new(project.repository.clone(), SEARCH_PATH, None);
    let status = git_here.status().unwrap();
    assert_eq!(status.staged, ["both", "new name"]);
    assert_eq!(status.unstaged, ["both", "tree"]);
    assert_eq!(status.untracked, ["dir/untracked é"]);
    assert_eq!(status.conflicted, Vec::<String>::new());
    let stats = git_here.diff_stat("HEAD").unwrap();
    assert_eq!((stats[0].path.as_str(), stats[0].added, stats[0].deleted), ("both", 1, 1));
    let log = git_here.log("HEAD", 10).unwrap();
    let subjects: Vec<_> = log.iter().map(|commit| commit.subject.as_str()).collect();
    assert_eq!(subjects, ["files", "init"]);
    assert!(git_here.log("--all", 1).is_err(), "an option is no revision");
    let far = git_here.ahead_behind().unwrap();
    assert_eq!((far.upstream, far.ahead, far.behind), (None, 0, 0));
    assert_eq!(git_here.remote_url("origin").unwrap(), None);
}

#[test]
fn git_counts_how_far_a_branch_is_from_its_upstream() {
    let project = TestProject::without_state();
    let clone = project.root().join("../clone");
    git(project.root(), &["clone", "-q", ".", clone.as_str()]);
    git(&clone, &["commit", "-q", "--allow-empty", "-m", "more"]);
    let git_there = Git::new(Repository::find(&clone).unwrap(), SEARCH_PATH, None);
    let far = git_there.ahead_behind().unwrap();
    assert_eq!((far.upstream.as_deref(), far.ahead, far.behind), (Some("origin/main"), 1, 0));
    assert_eq!(git_there.repository_info().unwrap().default_branch.as_deref(), Some("main"));
    assert!(!git_there.worktree().unwrap().linked);
}
