//! GitHub's stand-in, watched by the real client.

use std::sync::Arc;
use std::time::{Duration, Instant};

use exomonad_testkit::github::{Conclusion, Fault};
use exomonad_testkit::{GitHub, Project};

use super::*;
use crate::agent::Site;
use crate::clock::Clock;
use crate::config::{Config, ForgeChoice, ForgeConfig};
use crate::duty::Duty;
use crate::forge::watch::ForgeWatch;
use crate::git::Repository;
use crate::harness::Harness;
use crate::surroundings::Surroundings;

struct Stage {
    project: Project,
    github: GitHub,
    site: Site,
}

impl Stage {
    /// A project on GitHub, with an agent whose branch is not pushed.
    fn new() -> Self {
        let project = Project::new();
        let github = GitHub::start(&project);
        let repository = Repository::find(project.dir()).unwrap();
        crate::project::create(&repository, Harness::Claude, now()).unwrap();
        let store = Store::open(&repository.state_dir().join("state.db"), Mode::Short).unwrap();
        add_agent(&store, "leaf", HEAD);
        let path = "/usr/local/bin:/usr/bin:/bin";
        let variables = [("PATH", path), ("GITHUB_TOKEN", github.token()), ("HOME", project.home().as_str())];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let forge =
            ForgeConfig { kind: ForgeChoice::Github, api_url: Some(github.url()), ..ForgeConfig::default() };
        let site = Site {
            store: Arc::new(store),
            repository,
            surroundings: Arc::new(Surroundings { exe: "/nowhere/exomonad".into(), variables }),
            config: Arc::new(Config { forge, ..Config::default() }),
            clock: Clock::new(now),
        };
        Self { project, github, site }
    }

    /// The agent commits and pushes.
    fn push(&self, text: &str) -> String {
        self.project.git(["switch", "--quiet", "-C", HEAD]);
        self.project.write("work.txt", text);
        self.project.git(["add", "work.txt"]);
        self.project.git(["commit", "--quiet", "-m", "work"]);
        self.project.git(["push", "--quiet", "origin", HEAD]);
        self.project.git(["rev-parse", HEAD]).trim().to_owned()
    }

    fn watch(&self) -> ForgeWatch {
        ForgeWatch::new(self.site.clone())
    }

    fn kinds(&self) -> Vec<String> {
        self.told().into_iter().map(|(kind, _)| kind).collect()
    }

    fn told(&self) -> Vec<(String, Value)> {
        let events = self.site.store.first_events(&EventFilter::default(), 1000).unwrap();
        let pulls = events.into_iter().filter(|event| event.kind.starts_with("pull."));
        pulls.map(|event| (event.kind, serde_json::from_str(&event.data).unwrap())).collect()
    }
}

/// Looks again, as if it were due.
fn again(watch: &mut ForgeWatch) {
    watch.notice(Instant::now()).unwrap();
    watch.look().unwrap();
}

#[test]
fn nothing_is_asked_while_no_agent_has_pushed_anything() {
    let stage = Stage::new();
    let mut watch = stage.watch();
    watch.go().unwrap();
    assert_eq!(stage.github.asked(), []);
    stage.push("one\n");
    let mut watch = stage.watch();
    watch.go().unwrap();
    assert!(!stage.github.asked().is_empty());
}

#[test]
fn a_story_is_told_step_by_step_whoever_watches() {
    let stage = Stage::new();
    let head = stage.push("one\n");
    let maria = stage.github.person("maria");
    let number = stage.github.person("otto").open(HEAD, "main", "Adds work");
    let step = |expect: &[&str]| {
        let before = stage.kinds().len();
        // Another process each time: nothing is remembered but what is in the database.
        stage.watch().go().unwrap();
        assert_eq!(stage.kinds()[before..], *expect);
        stage.watch().go().unwrap();
        assert_eq!(stage.kinds()[before..], *expect, "a second look tells nothing");
    };
    step(&["pull.seen"]);
    let build =
        stage.github.check(&head, "build", Conclusion::Running, Some("one\ntwo\nerror: no such thing\n"));
    maria.request_changes(number, "Two is missing.", &[("work.txt", 1, "Why one?")]);
    step(&["pull.reviewed"]);
    stage.github.conclude(build, Conclusion::Failure);
    step(&["pull.checks-failed"]);
    assert_eq!(stage.told().pop().unwrap().1["log"], "one\ntwo\nerror: no such thing");
    let head = stage.push("two\n");
    stage.github.check(&head, "build", Conclusion::Success, None);
    step(&["pull.checks-passed"]);
    stage.github.bot("a-reviewer").comment(number, "Looks fine.");
    step(&["pull.commented"]);
    assert_eq!(stage.told().pop().unwrap().1["human"], false);
    maria.approve(number, "Good.");
    step(&["pull.reviewed"]);
    let filed = stage.site.store.filed(HEAD).unwrap().unwrap();
    assert!(!filed.local && filed.state == "open" && filed.head_sha == head, "{filed:?}");
    stage.project.git(["switch", "--quiet", "main"]);
    let merged = maria.merge(number, "squash");
    step(&["pull.merged"]);
    assert_eq!(stage.told().pop().unwrap().1["merge_sha"], merged);
    assert_eq!(stage.site.store.filed(HEAD).unwrap().unwrap().state, "merged");
    assert_eq!(stage.project.git(["rev-parse", "main"]).trim(), merged, "the base here follows");
    assert_eq!(stage.project.git(["status", "--porcelain", "--untracked-files=no"]), "");
}

#[test]
fn a_branch_that_conflicts_and_a_base_that_moves_are_told() {
    let stage = Stage::new();
    stage.push("one\n");
    let maria = stage.github.person("maria");
    maria.open(HEAD, "main", "Adds work");
    stage.watch().go().unwrap();
    stage.project.git(["switch", "--quiet", "main"]);
    stage.project.write("work.txt", "something else\n");
    stage.project.git(["add", "work.txt"]);
    stage.project.git(["commit", "--quiet", "-m", "elsewhere"]);
    stage.project.git(["push", "--quiet", "origin", "main"]);
    stage.watch().go().unwrap();
    assert_eq!(stage.kinds(), ["pull.seen", "pull.conflicted", "pull.base-moved"]);
}

#[test]
fn looks_at_what_did_not_change_cost_nothing() {
    let stage = Stage::new();
    stage.push("one\n");
    stage.github.person("maria").open(HEAD, "main", "Adds work");
    let mut watch = stage.watch();
    watch.go().unwrap();
    again(&mut watch);
    let spent = stage.github.spent();
    stage.github.forget_asked();
    again(&mut watch);
    again(&mut watch);
    assert_eq!(stage.github.spent(), spent, "{:#?}", stage.github.asked());
    assert!(stage.github.asked().iter().all(|asked| asked.status == 304));
    assert_eq!(stage.kinds(), ["pull.seen"]);
}

#[test]
fn a_forge_that_wants_to_be_left_alone_is() {
    let stage = Stage::new();
    stage.push("one\n");
    stage.github.leave_requests(0);
    let mut watch = stage.watch();
    let rest = watch.go().unwrap();
    assert!(rest >= Duration::from_secs(25), "{rest:?}");
    let asked = stage.github.asked().len();
    stage.push("two\n");
    watch.go().unwrap();
    assert_eq!(stage.github.asked().len(), asked);
}

#[test]
fn a_forge_that_fails_is_asked_again_and_nothing_is_lost() {
    let stage = Stage::new();
    stage.push("one\n");
    let maria = stage.github.person("maria");
    let number = maria.open(HEAD, "main", "Adds work");
    stage.watch().go().unwrap();
    maria.comment(number, "Hm.");
    stage.github.fail([Fault::strange().of("GET", "/comments")]);
    assert!(!stage.watch().go().unwrap().is_zero());
    assert_eq!(stage.kinds(), ["pull.seen"]);
    stage.watch().go().unwrap();
    assert_eq!(stage.kinds(), ["pull.seen", "pull.commented"]);
}

#[test]
fn a_push_makes_the_next_look_come_soon() {
    let stage = Stage::new();
    stage.push("one\n");
    stage.github.person("maria").open(HEAD, "main", "Adds work");
    let mut watch = stage.watch();
    assert!(watch.go().unwrap() > Duration::from_secs(20));
    stage.push("two\n");
    watch.notice(Instant::now() + Duration::from_secs(3)).unwrap();
    assert!(watch.pace.left(Instant::now()) <= Duration::from_secs(5));
}
