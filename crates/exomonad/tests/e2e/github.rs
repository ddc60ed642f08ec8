//! Pull requests on GitHub, or what stands in for it: the whole demo, and a person who reviews on its pages.

use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use exomonad_host::store::{Mode, Store};
use exomonad_testkit::github::Conclusion;
use exomonad_testkit::{GitHub, McpSession, Project, Run};
use serde_json::{Value, json};

/// The built program.
const EXOMONAD: &str = env!("CARGO_BIN_EXE_exomonad");

/// Processes start in milliseconds; a loaded machine takes many times that, and the forge is asked every few seconds.
const LIMIT: Duration = Duration::from_secs(300);

#[test]
fn the_demo_plays_on_github() {
    let project = Project::new();
    let bare = project.temp().join("github.git");
    project.git(["init", "--quiet", "--bare", "--initial-branch=main", bare.as_str()]);
    let github = GitHub::of(&bare);
    let url = github.url();
    let arguments = ["demo", "--forge-api", &url, "--forge-remote", bare.as_str()];
    let demo = project.run(EXOMONAD).args(arguments).env("GITHUB_TOKEN", github.token());
    let output = demo.dir(project.bin()).limit(LIMIT).output().require_success();
    let last = output.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with("✓ 5 agents, 4 pull requests merged, "), "{output}");
    let asked = github.asked();
    let count = |method: &str, end: &str, status: u16| {
        let is_it = |path: &str| path.ends_with(end);
        asked.iter().filter(|one| one.method == method && is_it(&one.path) && one.status == status).count()
    };
    assert_eq!((count("POST", "/pulls", 201), count("PUT", "/merge", 200)), (4, 4), "{output}");
    assert!(count("POST", "/reviews", 200) >= 4, "{output}");
    assert!(!output.stdout.contains(github.token()) && !output.stderr.contains(github.token()));
}

#[test]
fn a_persons_review_and_failed_checks_reach_the_agent_once_whoever_watches() {
    let stage = Stage::set();
    stage.call(
        &stage.project.dir().to_owned(),
        "spawn_leaf_subtree",
        &json!({"branch_name": "api", "task": "Answer."}),
    );
    let workspace = stage.project.dir().join(".exomonad/worktrees/api");
    stage.deliver(&workspace, "not yet\n");
    let number = stage.github.open_pull("main.api").expect("it is open on GitHub");
    let maria = stage.github.person("maria");

    let sidecar = stage.sidecar();
    maria.request_changes(number, "The answer is missing.", &[("answer.txt", 1, "Which one is it?")]);
    stage.wait_for_message("api", "The answer is missing.");
    stage.wait_for_message("api", "Which one is it?");
    // Whoever watched is gone at once; another one goes on.
    drop(sidecar);
    let sidecar = stage.sidecar();
    let head = stage.deliver(&workspace, "forty-one\n");
    stage.github.check(&head, "build", Conclusion::Failure, Some("checking\nerror: it is one more\n"));
    stage.wait_for_message("api", "error: it is one more");
    drop(sidecar);
    let sidecar = stage.sidecar();
    let head = stage.deliver(&workspace, "forty-two\n");
    stage.github.check(&head, "build", Conclusion::Success, None);
    maria.approve(number, "That is it.");
    stage.wait_for_message("root", &format!("#{number}"));
    let merged = stage.exomonad(&["pr", "merge", &number.to_string()]).output().require_success();
    assert!(merged.stderr.contains("is merged into `main` on GitHub"), "{merged}");
    assert_eq!(stage.project.git(["show", "main:answer.txt"]), "forty-two\n", "the base here follows");
    assert_eq!(stage.project.git(["status", "--porcelain"]), "");
    drop(sidecar);
    for said in ["The answer is missing.", "Which one is it?", "error: it is one more"] {
        assert_eq!(stage.messages("api", said), 1, "{said}");
    }
}

/// A project on what stands in for GitHub.
struct Stage {
    project: Project,
    github: GitHub,
}

impl Stage {
    fn set() -> Self {
        let project = Project::new();
        project.install("exomonad", EXOMONAD.into());
        let github = GitHub::start(&project);
        let stage = Self { project, github };
        drop(stage.exomonad(&["init", "--hooks-only", "--harness", "claude"]).output().require_success());
        stage.project.git(["add", ".exomonad/config.toml"]);
        stage.project.git(["commit", "--quiet", "--message=configuration"]);
        stage.project.git(["push", "--quiet", "origin", "main"]);
        let url = stage.github.url();
        let own = format!(
            "mux = \"headless\"\n\n[harness.quiet]\ncommand = [\"sleep\", \"1000\"]\n\n[roles.dev]\nharness = \"quiet\"\n\n\
             [forge]\nkind = \"github\"\napi_url = \"{url}\"\npoll_s = 5\n"
        );
        stage.project.write(".exomonad/config.local.toml", &own);
        stage
    }

    fn exomonad(&self, arguments: &[&str]) -> Run {
        self.project.run("exomonad").args(arguments).env("GITHUB_TOKEN", self.github.token()).limit(LIMIT)
    }

    fn call(&self, dir: &Utf8PathBuf, tool: &str, arguments: &Value) {
        let call = self.exomonad(&["call", tool, "--args", &arguments.to_string()]);
        drop(call.dir(dir).output().require_success());
    }

    /// The agent commits and files; its commit.
    fn deliver(&self, workspace: &Utf8PathBuf, text: &str) -> String {
        let git = |arguments: &[&str]| {
            self.project.run("git").args(arguments).dir(workspace).output().require_success().stdout
        };
        std::fs::write(workspace.join("answer.txt"), text).expect("write the answer");
        git(&["add", "answer.txt"]);
        git(&["commit", "--quiet", "--message=answer"]);
        self.call(workspace, "file_pr", &json!({"title": "Answer", "body": "It answers."}));
        git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// The lead's sidecar, which does what is done once for the project.
    fn sidecar(&self) -> McpSession {
        // Whoever starts a sidecar is the agent: that is the shell, and not the person that this test is.
        let shell = self.project.run("sh").args(["-c", "exomonad mcp-stdio; exit"]);
        let mut session = McpSession::start(shell.env("GITHUB_TOKEN", self.github.token()).limit(LIMIT));
        session.initialize("2025-06-18");
        session
    }

    /// How many messages to an agent have these words.
    fn messages(&self, to: &str, words: &str) -> usize {
        let store = Store::open(&self.project.dir().join(".exomonad/state.db"), Mode::Short)
            .expect("open the database");
        let all = store.correspondence(to, 0, 1000).expect("read the messages");
        all.iter().filter(|(_, message)| message.to == to && message.body.contains(words)).count()
    }

    fn wait_for_message(&self, to: &str, words: &str) {
        let begun = Instant::now();
        while self.messages(to, words) == 0 {
            assert!(begun.elapsed() < LIMIT, "`{to}` was never told: {words}\n{}", self.events());
            thread::park_timeout(Duration::from_millis(50));
        }
    }

    fn events(&self) -> String {
        self.exomonad(&["events"]).output().stdout
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.exomonad(&["stop", "--tree", "root"]).output());
    }
}
