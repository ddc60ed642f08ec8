//! GitHub's own description of its API, held against what we ask: the whole way of a pull request, on an emulator that we did
//! not write, with every request checked on its way there.

mod description;
mod recorder;

use std::fs;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use exomonad_host::agent::{AgentName, Site};
use exomonad_host::clock::Clock;
use exomonad_host::config::Config;
use exomonad_host::contract::forge::{IssueState, MergeStrategy, PullRequestState, Remark, ReviewState};
use exomonad_host::forge::{Ending, FileOrder, Forge, MergeOrder, Patience, ReviewOrder, open, prove};
use exomonad_host::git::Repository;
use exomonad_host::store::{Mode, Sender, Store};
use exomonad_host::surroundings::Surroundings;
use exomonad_testkit::Project;
use exomonad_testkit::process::Live;
use serde_json::json;

use self::recorder::Recorder;
use crate::mcp::installed;

/// The account of the agents, which has the repository, and its token.
const LOGIN: &str = "acme-agents";
const TOKEN: &str = "token_of_the_agents";

/// How long a program may take to be ready: the validator reads a great description.
const READY: Duration = Duration::from_secs(120);

/// A project on the emulator.
struct Fixture {
    project: Project,
    recorder: Recorder,
    /// With what they print: a program whose output nobody takes ends.
    _programs: [(Live, Receiver<String>); 2],
}

fn fixture() -> Fixture {
    let project = Project::new();
    project.install("exomonad", Utf8Path::new(env!("CARGO_BIN_EXE_exomonad")));
    project.install_script("claude", "echo '2.1.329 (Claude Code)'");
    let init = ["init", "--hooks-only", "--harness", "claude"];
    drop(project.run("exomonad").args(init).output().require_success());
    // The emulator knows no git: branches go to a repository of their own.
    let (url, bare) = (format!("https://github.com/{LOGIN}/api.git"), project.temp().join("github.git"));
    project.git(["init", "--quiet", "--bare", "--initial-branch=main", bare.as_str()]);
    project.git(["remote", "add", "origin", &url]);
    project.git(["config", &format!("url.{bare}.insteadOf"), &url]);
    project.git(["push", "--quiet", "origin", "main"]);

    let seed = json!({
        "tokens": { TOKEN: { "login": LOGIN, "scopes": ["repo", "user"] } },
        "github": {
            "users": [{ "login": LOGIN, "name": "Agents" }],
            "repos": [{ "owner": LOGIN, "name": "api", "auto_init": true }],
        },
    });
    let [emulated, checked] = [free_port(), free_port()];
    let emulator = start(
        &project,
        &[
            &installed("EXOMONAD_E2E_EMULATE"),
            "start",
            "--service",
            "github",
            "--port",
            &emulated.to_string(),
            "--seed",
            &put(&project, "seed.json", &seed.to_string()),
        ],
        "Ready",
    );
    let description = description::of(installed("EXOMONAD_E2E_OPENAPI").as_ref());
    let validator = start(
        &project,
        &[
            &installed("EXOMONAD_E2E_PRISM"),
            "proxy",
            &put(&project, "github.json", &description.to_string()),
            &format!("http://127.0.0.1:{emulated}"),
            "--port",
            &checked.to_string(),
        ],
        "listening",
    );
    Fixture { project, recorder: Recorder::start(checked), _programs: [emulator, validator] }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listen on the loopback interface");
    listener.local_addr().expect("a listener has an address").port()
}

fn put(project: &Project, name: &str, text: &str) -> String {
    let path = project.temp().join(name);
    fs::write(&path, text).expect("write a file for a program");
    path.into_string()
}

/// Starts a program in JavaScript, and waits until it says that it is ready.
fn start(project: &Project, arguments: &[&str], ready: &str) -> (Live, Receiver<String>) {
    let (live, lines) = project.run(installed("EXOMONAD_E2E_NODE")).args(arguments).start();
    wait_for(&lines, ready, &live);
    (live, lines)
}

fn wait_for(lines: &Receiver<String>, word: &str, live: &Live) {
    let begun = Instant::now();
    let mut heard = Vec::new();
    while let Some(left) = READY.checked_sub(begun.elapsed()) {
        match lines.recv_timeout(left) {
            Ok(line) if line.contains(word) => return,
            Ok(line) => heard.push(line),
            Err(_ended_or_late) => break,
        }
    }
    panic!("it did not say `{word}`\n{}\n{}", heard.join("\n"), live.stderr());
}

impl Fixture {
    fn site(&self) -> Site {
        let dir = self.project.dir();
        let path = std::env::var("PATH").expect("PATH is set");
        let variables = [
            ("PATH", path),
            ("HOME", self.project.home().to_string()),
            ("GITHUB_TOKEN", TOKEN.to_owned()),
            ("GITHUB_API_URL", self.recorder.url()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value)).into();
        Site {
            store: Arc::new(
                Store::open(&dir.join(".exomonad/state.db"), Mode::Short).expect("open the database"),
            ),
            repository: Repository::find(dir).expect("find the repository"),
            surroundings: Arc::new(Surroundings { exe: "/nowhere/exomonad".into(), variables }),
            config: Arc::new(Config::default()),
            clock: Clock::new(|| 1_790_000_000_000),
        }
    }

    fn forge(&self) -> Box<dyn Forge> {
        open(self.site(), Ending::Forbidden, Patience::endless()).expect("the project is on GitHub")
    }

    /// Files a new branch of the root's with one commit.
    fn file(&self, branch: &str, title: &str) -> u64 {
        self.project.git(["switch", "--quiet", "--create", branch, "main"]);
        self.file_more(branch, title)
    }

    /// Files it with one more commit.
    fn file_more(&self, branch: &str, title: &str) -> u64 {
        self.project.write(branch, title);
        self.project.git(["add", "--", branch]);
        self.project.git(["commit", "--quiet", "--message", title]);
        let root = AgentName::root();
        let order = FileOrder { by: &root, title, body: "Why.", base: Some("main"), receipt: Some("a fact") };
        let pull = self.forge().create_or_update(&order).expect("file a pull request");
        assert_eq!((pull.head.as_str(), pull.base.as_str(), pull.author.as_str()), (branch, "main", "root"));
        pull.number
    }
}

#[test]
fn every_request_is_one_that_githubs_description_has() {
    let f = fixture();
    assert_ne!(prove(&f.site()).expect("the emulator answers"), Some(false));
    let forge = f.forge();
    for (branch, strategy) in
        [("one", MergeStrategy::Squash), ("two", MergeStrategy::Merge), ("three", MergeStrategy::Rebase)]
    {
        let number = f.file(branch, "The work");
        assert_eq!(f.file_more(branch, "Better work"), number, "filing again");
        assert_eq!(forge.find(branch).expect("find it").map(|pull| pull.number), Some(number));
        for state in [ReviewState::Commented, ReviewState::Approved] {
            let order = ReviewOrder { by: Sender::Human, number, state, body: "Good.", remarks: &[] };
            forge.submit_review(&order).expect("review it");
        }
        assert_eq!(forge.reviews(number).expect("read the reviews").len(), 2);
        // The emulator knows no line of it, and refuses the remark; GitHub's description has the request.
        let remarks = [Remark { path: branch.to_owned(), line: Some(1), body: "Nice.".to_owned() }];
        let (by, state) = (Sender::Human, ReviewState::Commented);
        let order = ReviewOrder { by, number, state, body: "Look.", remarks: &remarks };
        forge.submit_review(&order).expect("review it with a remark");
        forge.review_comments(number).expect("read the remarks");
        forge.checks(number).expect("read the checks");
        forge.diff(number, None, 1 << 20).expect("read the changes");
        let order = MergeOrder { by: Sender::Human, number, strategy, force: false };
        assert!(forge.merge(&order).expect("merge it").merged);
        let pull = forge.pull_request(number).expect("read it");
        assert_eq!(pull.state, PullRequestState::Merged);
    }
    let number = f.file("four", "Not this");
    forge.close(number, Sender::Human, Some("No.")).expect("close it");
    assert_eq!(forge.pull_requests(None).expect("list them").len(), 4);
    assert_eq!(forge.pull_requests(Some(PullRequestState::Closed)).expect("list them").len(), 1);
    assert_eq!(forge.issues(Some(IssueState::Open)).expect("list the issues"), []);
    forge.pull_request(9999).expect_err("there is none");
    forge.issue(9999).expect_err("there is none");

    let asked = f.recorder.asked();
    assert!(asked.len() > 50, "everything went this way: {asked:#?}");
    assert_eq!(f.recorder.violations(), Vec::<String>::new());
}
