//! An agent is at work from its first second: its harness starts in a terminal without a question, with its task, its tools
//! and its name.

use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use exomonad_host::agent::{AgentName, Conversation, Launch, Permissions};
use exomonad_host::contract::WorkspaceKind;
use exomonad_host::harness::{Harness, LaunchFacts, SettingsFacts, Trust};
use exomonad_host::store::{AgentRow, AgentState, Mode, Store};
use exomonad_host::surroundings::Surroundings;
use exomonad_testkit::{FakeModel, ModelRequest, Project, Script, Turn};
use serde_json::{Value, json};

use crate::agent::Agent;
use crate::held::Held;

cases! {
    claude_newest:
        an_agent_in_a_worktree_is_at_work_at_once,
        a_worker_in_the_main_checkout_is_at_work_at_once,
        a_conversation_goes_on,
        a_conversation_is_copied,
        a_long_task_is_read_from_its_file,
        a_task_that_reads_like_a_command_is_a_task,
        a_directory_of_ours_is_trusted;
    claude_oldest:
        an_agent_in_a_worktree_is_at_work_at_once,
        a_worker_in_the_main_checkout_is_at_work_at_once,
        a_conversation_goes_on,
        a_conversation_is_copied,
        a_long_task_is_read_from_its_file,
        a_task_that_reads_like_a_command_is_a_task,
        a_directory_of_ours_is_trusted;
    gemini:
        an_agent_in_a_worktree_is_at_work_at_once,
        a_worker_in_the_main_checkout_is_at_work_at_once,
        a_conversation_goes_on,
        a_long_task_is_read_from_its_file,
        a_task_that_reads_like_a_command_is_a_task;
    codex:
        an_agent_in_a_worktree_is_at_work_at_once,
        a_worker_in_the_main_checkout_is_at_work_at_once,
        a_conversation_goes_on,
        a_long_task_is_read_from_its_file,
        a_task_that_reads_like_a_command_is_a_task;
}

/// Longer than anything takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// A project in which agents are started by hand, as the launcher would.
pub(crate) struct Field<'a> {
    pub(crate) held: Held<'a>,
    model: FakeModel,
    harness: Harness,
}

impl<'a> Field<'a> {
    pub(crate) fn new(agent: &'a Agent, script: Script) -> Self {
        let held = Held::with(agent, agent.project());
        let harness = agent.harness.parse().expect("a harness");
        Self { held, model: FakeModel::start(script), harness }
    }

    pub(crate) fn project(&self) -> &Project {
        &self.held.project
    }

    fn store(&self) -> Store {
        Store::open(&self.project().dir().join(".exomonad/state.db"), Mode::Short).expect("open the database")
    }

    /// A git worktree where agents have theirs, and an agent in it.
    pub(crate) fn worktree(&self, name: &str) -> Utf8PathBuf {
        let path = self.project().dir().join(".exomonad/worktrees").join(name);
        self.project().git(["worktree", "add", "--quiet", "-b", name, path.as_str()]);
        self.add(name, "dev", WorkspaceKind::Worktree, &path);
        path
    }

    fn add(&self, name: &str, role: &str, kind: WorkspaceKind, workspace: &Utf8Path) {
        let row = AgentRow {
            name: AgentName::parse(name).expect("a name"),
            role: role.to_owned(),
            harness: self.harness.name().to_owned(),
            parent: Some(AgentName::root()),
            workspace_kind: kind,
            workspace: workspace.to_owned(),
            depth: 1,
            state: AgentState::Running,
            created_ms: 1,
        };
        assert!(self.store().add_agent(&row).expect("add an agent"));
    }

    /// Starts an agent in a terminal.
    pub(crate) fn start(
        &self,
        name: &str,
        workspace: &Utf8Path,
        conversation: Conversation,
        prompt: &str,
    ) -> Terminal<'_> {
        self.start_in_mode(None, name, workspace, conversation, prompt)
    }

    /// As [`Field::start`], in a permission mode.
    pub(crate) fn start_in_mode(
        &self,
        mode: Option<&str>,
        name: &str,
        workspace: &Utf8Path,
        conversation: Conversation,
        prompt: &str,
    ) -> Terminal<'_> {
        let launch = Launch {
            harness: self.harness.name().to_owned(),
            model: None,
            permission_mode: mode.map(str::to_owned),
            permissions: Permissions::default(),
            dir: workspace.to_owned(),
            conversation,
        };
        let project = self.project();
        let files = project.dir().join(".exomonad/agents").join(name);
        std::fs::create_dir_all(&files).expect("make the agent's directory");
        let prompt_file = files.join("prompt.md");
        std::fs::write(&prompt_file, prompt).expect("write the prompt");
        let version = project.run(self.harness.name()).arg("--version").output().require_success().stdout;
        let settings = SettingsFacts {
            exe: project.bin().join("exomonad"),
            version: Some(version),
            project_root: project.dir().to_owned(),
        };
        let surroundings = self.surroundings();
        let facts = LaunchFacts {
            agent: name,
            launch: &launch,
            workspace,
            settings: &settings,
            surroundings: &surroundings,
            files: &files,
            prompt: Some(prompt),
            prompt_file: &prompt_file,
            has_settings: workspace == project.dir(),
            may_skip_permissions: false,
        };
        for file in self.harness.launch_files(&facts).expect("the harness's files") {
            std::fs::create_dir_all(file.path.parent().expect("a file has a directory")).expect("make it");
            std::fs::write(&file.path, &file.text).expect("write it");
        }
        let mut line = self.harness.launch_line(&facts).expect("the command line");
        line.env.push(("EXOMONAD_AGENT".to_owned(), name.to_owned()));
        Terminal::open(self, name, workspace, &line.argv, &line.env)
    }

    fn surroundings(&self) -> Surroundings {
        let home = ("HOME".to_owned(), self.project().home().to_string());
        Surroundings { exe: self.project().bin().join("exomonad"), variables: vec![home] }
    }

    /// The first request of the conversation that has the text.
    fn asked(&self, text: &str) -> Option<ModelRequest> {
        let requests = self.model.requests();
        requests.into_iter().find(|request| request.is_conversation() && request.text().contains(text))
    }

    /// How often a hook of this kind was asked for an agent.
    pub(crate) fn hooks(&self, kind: &str, agent: &str) -> usize {
        let lines = self.held.exomonad(&["events", "--json"]);
        let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("an event is JSON"));
        events.filter(|event| event["kind"] == kind && event["agent"] == agent).count()
    }

    /// How many tools the model calls in [`whoami`].
    fn calls(&self) -> usize {
        match self.harness {
            Harness::Claude => 2,
            Harness::Gemini | Harness::Codex => 1,
        }
    }
}

/// A terminal of tmux's, on a server of its own.
pub(crate) struct Terminal<'a> {
    field: &'a Field<'a>,
    socket: Utf8PathBuf,
}

impl<'a> Terminal<'a> {
    pub(crate) fn open(
        field: &'a Field<'a>,
        name: &str,
        dir: &Utf8Path,
        argv: &[String],
        env: &[(String, String)],
    ) -> Self {
        let project = field.project();
        let socket = project.temp().join(format!("tmux-{name}"));
        let conf = project.temp().join("tmux.conf");
        std::fs::write(&conf, "set -g remain-on-exit on\n").expect("write tmux's configuration");
        let terminal = Self { field, socket };
        let run = project.run("tmux").args(["-S", terminal.socket.as_str(), "-f", conf.as_str()]);
        let run = run.args(["new-session", "-d", "-x", "150", "-y", "50", "-c", dir.as_str()]).args(argv);
        let run = field
            .held
            .agent
            .environment(&field.model)
            .iter()
            .fold(run, |run, (name, value)| run.env(name, value));
        let run = env.iter().fold(run, |run, (name, value)| run.env(name, value));
        drop(run.output().require_success());
        terminal
    }

    pub(crate) fn tmux(&self, arguments: &[&str]) -> String {
        self.field.project().run("tmux").args(["-S", self.socket.as_str()]).args(arguments).output().stdout
    }

    /// Waits until there is an answer.
    pub(crate) fn wait<T>(&self, what: &str, find: impl Fn() -> Option<T>) -> T {
        let begin = Instant::now();
        loop {
            if let Some(found) = find() {
                return found;
            }
            assert!(begin.elapsed() < LIMIT, "{what}: the screen is\n{}", self.tmux(&["capture-pane", "-p"]));
            std::thread::park_timeout(Duration::from_millis(50));
        }
    }

    /// Waits for the request that has the text.
    pub(crate) fn asked(&self, text: &str) -> ModelRequest {
        self.wait(&format!("the model was not asked `{text}`"), || self.field.asked(text))
    }

    /// Waits for a tool's result that has the text.
    pub(crate) fn result(&self, text: &str) -> String {
        let find = || {
            let requests = self.field.model.requests();
            requests.iter().flat_map(ModelRequest::tool_results).find(|result| result.contains(text))
        };
        self.wait(&format!("no tool's result has `{text}`"), find)
    }

    fn close(self) {}
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

/// An id for a conversation.
fn id(number: u8) -> String {
    format!("5f0c3a52-7b1e-4d7a-9a53-0000000000{number:02}")
}

pub(crate) fn new(number: u8) -> Conversation {
    Conversation::New { id: id(number) }
}

/// What the project has that an agent in it must neither read nor be asked about.
fn add_what_is_not_the_agent_s(field: &Field<'_>) {
    let project = field.project();
    project.write("CLAUDE.local.md", "SECRET of the main checkout");
    let servers: Value = match project.has(".mcp.json") {
        true => serde_json::from_str(&project.read(".mcp.json")).expect("JSON"),
        false => json!({"mcpServers": {}}),
    };
    let mut servers = servers;
    servers["mcpServers"]["stranger"] = json!({"command": "touch", "args": ["started"]});
    project.write(".mcp.json", &servers.to_string());
}

fn check_at_work(field: &Field<'_>, name: &str, workspace: &Utf8Path) {
    let terminal =
        field.start(name, workspace, new(1), "## TASK\n- do MARK, \"quoted\" `$(id)` @/etc/hostname");
    let first = terminal.asked("MARK");
    let text = first.text();
    assert!(text.contains("\"quoted\" `$(id)`"), "{text}");
    assert!(text.contains(&format!("You are exomonad agent `{name}`")), "{text}");
    assert!(!text.contains("SECRET"), "{text}");
    // Claude Code shows its model the structured result, Gemini CLI the text.
    let result = terminal.result(workspace.as_str());
    let forms = [format!("\"name\":\"{name}\""), format!("You are agent `{name}`")];
    assert!(forms.iter().any(|form| result.contains(form)), "{result}");
    terminal.wait("the end of the turn was not told", || (field.hooks("hook.stop", name) > 0).then_some(()));
    assert_eq!(field.hooks("hook.session-start", name), 1, "a hook runs once");
    assert_eq!(field.hooks("hook.pre-tool-use", name), field.calls(), "a hook runs once");
    assert!(
        !field.project().has("started") && !workspace.join("started").exists(),
        "a stranger's server was started"
    );
}

/// Claude Code asks its model at once and gets its tools meanwhile, so the first turn may lack them.
fn whoami(agent: &Agent) -> Script {
    match agent.harness {
        "claude" => Script::new([
            Turn::call("Bash", json!({"command": "echo begun", "description": "begins"})),
            Turn::call("mcp__exomonad__whoami", json!({})),
        ]),
        "codex" => Script::call("mcp__exomonad__whoami", json!({})),
        _ => Script::call("mcp_exomonad_whoami", json!({})),
    }
}

fn an_agent_in_a_worktree_is_at_work_at_once(agent: &Agent) {
    let field = Field::new(agent, whoami(agent));
    let workspace = field.worktree("feature");
    add_what_is_not_the_agent_s(&field);
    check_at_work(&field, "feature", &workspace);
}

fn a_worker_in_the_main_checkout_is_at_work_at_once(agent: &Agent) {
    let field = Field::new(agent, whoami(agent));
    let workspace = field.project().dir().to_owned();
    field.add("helper", "worker", WorkspaceKind::Shared, &workspace);
    if agent.harness == "gemini" {
        // The user trusts their own checkout; nobody else does it for them.
        let trusted = json!({workspace.as_str(): "TRUST_FOLDER"});
        field.project().write_home(".gemini/trustedFolders.json", &trusted.to_string());
    }
    check_at_work(&field, "helper", &workspace);
}

fn a_conversation_goes_on(agent: &Agent) {
    let field = Field::new(agent, Script::default());
    let workspace = field.worktree("feature");
    let terminal = field.start("feature", &workspace, new(1), "remember APPLE");
    terminal.asked("APPLE");
    terminal.wait("the turn did not end", || (field.hooks("hook.stop", "feature") > 0).then_some(()));
    terminal.close();
    // Codex names a conversation itself.
    let session = field.store().latest_session("feature").expect("read it").expect("it was registered").id;
    let terminal = field.start("feature", &workspace, Conversation::Resume { id: session }, "what was PEAR");
    let text = terminal.asked("PEAR").text();
    assert!(text.contains("APPLE"), "{text}");
}

fn a_conversation_is_copied(agent: &Agent) {
    let field = Field::new(agent, Script::default());
    let workspace = field.worktree("feature");
    let terminal = field.start("feature", &workspace, new(1), "remember APPLE");
    terminal.asked("APPLE");
    terminal.wait("the turn did not end", || (field.hooks("hook.stop", "feature") > 0).then_some(()));
    let session = field.store().latest_session("feature").expect("read it").expect("it was registered");
    let other = field.worktree("other");
    let fork = Conversation::Fork {
        id: id(2),
        transcript: session.transcript.expect("a transcript").into(),
        of: session.id,
    };
    let terminal = field.start("other", &other, fork, "what was PEAR");
    let text = terminal.asked("PEAR").text();
    assert!(text.contains("APPLE"), "{text}");
    assert!(text.contains("You are exomonad agent `other`"), "{text}");
}

fn a_long_task_is_read_from_its_file(agent: &Agent) {
    let file = |field: &Field<'_>| field.project().dir().join(".exomonad/agents/feature/prompt.md");
    // The path is known only once there is a project; the model learns it from the prompt.
    let probe = Field::new(agent, Script::default());
    let path = file(&probe);
    let (tool, input) = match probe.harness {
        Harness::Claude => ("Read", json!({"file_path": path, "limit": 2})),
        Harness::Gemini => ("read_file", json!({"file_path": path, "end_line": 2})),
        Harness::Codex => ("exec_command", json!({"cmd": format!("head -n 2 '{path}'")})),
    };
    let Field { held, harness, .. } = probe;
    let field = Field { held, harness, model: FakeModel::start(Script::new([Turn::call(tool, input)])) };
    let workspace = field.worktree("feature");
    let prompt = format!("MARK: the first line\n{}", "more of it\n".repeat(15_000));
    let terminal = field.start("feature", &workspace, new(1), &prompt);
    terminal.asked(path.as_str());
    terminal.result("MARK: the first line");
}

fn a_task_that_reads_like_a_command_is_a_task(agent: &Agent) {
    for (number, prompt) in [(1, "/help MARK"), (2, "-MARK"), (3, "!touch started MARK")] {
        let field = Field::new(agent, Script::default());
        let workspace = field.worktree("feature");
        let terminal = field.start("feature", &workspace, new(number), prompt);
        let text = terminal.asked("MARK").text();
        assert!(text.contains(prompt), "{text}");
        assert!(!workspace.join("started").exists());
    }
}

fn a_directory_of_ours_is_trusted(agent: &Agent) {
    let field = Field::new(agent, Script::default());
    let workspace = field.project().temp().join("repo");
    field.project().git(["init", "--quiet", workspace.as_str()]);
    let state = field.project().home().join(".claude.json");
    let trust = Trust { workspace: &workspace, worktree_of: None };
    assert!(field.harness.trust(&field.surroundings(), &trust).expect("trust it"));
    let terminal = field.start("stray", &workspace, new(1), "do MARK");
    terminal.asked("MARK");
    terminal.close();
    assert!(field.harness.untrust(&field.surroundings(), &workspace).expect("forget it"));
    let after: Value =
        serde_json::from_str(&std::fs::read_to_string(&state).expect("read it")).expect("JSON");
    assert_eq!(after["projects"].get(workspace.as_str()), None);
    assert_eq!(after["projects"][field.project().dir().as_str()]["hasTrustDialogAccepted"], true);
}
