//! One scripted agent: its conversation, its hooks, its tools. Everything that its part does goes through here.

use std::collections::VecDeque;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use camino::Utf8PathBuf;
use exomonad_host::exec::{self, Cmd};
use exomonad_host::harness::{StandIn, StandInAnswer, StandInStep, ToolUse, TranscriptEntry};
use serde_json::{Map, Value, json};

use super::ear::{Ear, Heard};
use super::news::{News, read};
use super::server::Server;
use crate::env::Env;
use crate::output::{Output, clean};

/// Our own server, as the harnesses' settings call it.
const SERVER: &str = "exomonad";

/// How long a hook may take, as our entries in the settings say.
const HOOK: Duration = Duration::from_secs(10);

/// How long a shell command may take.
const SHELL: Duration = Duration::from_secs(60);

/// What became of a tool's use.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Done {
    /// It ran; what the model reads, and the same for programs.
    Well(String, Value),
    /// It ran and failed; what the model reads.
    Badly(String),
    /// It was not run, and why.
    Refused(String),
}

impl Done {
    /// What it returned, when it must have worked.
    pub(super) fn require(self, what: &str) -> anyhow::Result<(String, Value)> {
        match self {
            Self::Well(text, structured) => Ok((text, structured)),
            Self::Badly(text) => bail!("{what} failed: {text}"),
            Self::Refused(reason) => bail!("{what} was denied: {reason}"),
        }
    }
}

/// A scripted agent at work.
pub(super) struct Agent<'a> {
    env: &'a Env,
    output: &'a Output,
    stand_in: Arc<StandIn>,
    ear: Ear,
    server: Server,
    news: VecDeque<News>,
    /// A hook kept this turn from ending.
    held: bool,
    /// A prompt was taken, and the turn that it began has not ended.
    at_work: bool,
    used: u64,
}

impl<'a> Agent<'a> {
    /// Begins its conversation.
    pub(super) fn begin(env: &'a Env, output: &'a Output) -> anyhow::Result<Self> {
        let home = env.home.clone().context("the environment has no HOME")?;
        let transcripts = home.join(".claude/projects").join(env.dir.as_str().replace(['/', '.'], "-"));
        let made = std::fs::DirBuilder::new().mode(0o700).recursive(true).create(&transcripts);
        made.with_context(|| format!("failed to make `{transcripts}`"))?;
        let stand_in = Arc::new(StandIn::new(&transcripts, &env.dir));
        let runtime = env.surroundings.variable("XDG_RUNTIME_DIR").unwrap_or("/tmp");
        let ear = Ear::open(&Utf8PathBuf::from(runtime), &stand_in)?;
        let variables = stand_in.variables(ear.socket());
        let server = program(env, env.exe.as_str()).args(["mcp-stdio"]).envs(&variables);
        let server = Server::start(&server)?;
        let mut agent = Self {
            env,
            output,
            stand_in,
            ear,
            server,
            news: VecDeque::new(),
            held: false,
            at_work: false,
            used: 0,
        };
        let answer = agent.ask(StandInStep::Start)?;
        agent.read_context(&answer)?;
        Ok(agent)
    }

    /// Takes a prompt, unless a hook drops it.
    pub(super) fn prompt(&mut self, text: &str) -> anyhow::Result<()> {
        let answer = self.ask(StandInStep::Prompt(text))?;
        if let Some(reason) = answer.refused {
            self.show("prompt dropped", &reason);
            return Ok(());
        }
        self.at_work = true;
        self.held = false;
        self.write(TranscriptEntry::Prompt(text))?;
        self.news.extend(read(text, News::Words));
        self.read_context(&answer)
    }

    /// The next thing that it was told. Where there is none, its turn ends, and it waits. What it is told at the start of its
    /// conversation begins no turn: that is read with the first prompt. Absent: it is to end.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<News>> {
        loop {
            while let Some(heard) = self.ear.look() {
                match heard {
                    Heard::Said(text) if self.at_work => {
                        self.write(TranscriptEntry::Note(&text))?;
                        self.news.extend(read(&text, News::Words));
                    }
                    Heard::Said(text) => self.prompt(&text)?,
                    Heard::End => return Ok(None),
                }
            }
            if self.at_work {
                if let Some(news) = self.news.pop_front() {
                    return Ok(Some(news));
                }
                self.end_turn()?;
                continue;
            }
            match self.ear.wait() {
                Heard::Said(text) => self.prompt(&text)?,
                Heard::End => return Ok(None),
            }
        }
    }

    /// Says something, which nobody but its terminal and its transcript hears.
    pub(super) fn say(&self, words: &str) -> anyhow::Result<()> {
        self.write(TranscriptEntry::Words(words))?;
        self.show("●", words);
        Ok(())
    }

    /// Runs a shell command in its workspace.
    pub(super) fn shell(&mut self, command: &str) -> anyhow::Result<Done> {
        let input = json!({"command": command, "description": "a step of the demo"});
        let used = self.want("Bash", None, input);
        self.show("● Bash", command);
        let used = match self.before(used)? {
            Ok(used) => used,
            Err(reason) => return Ok(Done::Refused(reason)),
        };
        let command = used.input.get("command").and_then(Value::as_str).unwrap_or_default();
        let variables = self.stand_in.variables(self.ear.socket());
        let shell = program(self.env, "sh").args(["-c", command]).envs(&variables).limit(SHELL);
        let output = shell.run().context("failed to run a shell command")?;
        let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        let (stdout, stderr) = (words(&output.stdout), words(&output.stderr));
        if output.code != Some(0) {
            let code = output.code.unwrap_or(-1);
            let text = format!("Exit code {code}\n{stdout}\n{stderr}");
            return self.after(&used, &Value::Null, Done::Badly(text));
        }
        let response = json!({"stdout": stdout, "stderr": stderr, "interrupted": false, "isImage": false});
        self.after(&used, &response, Done::Well(stdout, Value::Null))
    }

    /// Writes a file of its workspace, or another one that it should not.
    pub(super) fn write_file(&mut self, path: &str, text: &str) -> anyhow::Result<Done> {
        let path = self.env.dir.join(path);
        let used = self.want("Write", None, json!({"file_path": path, "content": text}));
        self.show("● Write", path.as_str());
        let used = match self.before(used)? {
            Ok(used) => used,
            Err(reason) => return Ok(Done::Refused(reason)),
        };
        let field = |name: &str| used.input.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let path = Utf8PathBuf::from(field("file_path"));
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).with_context(|| format!("failed to make `{parent}`"))?;
        }
        #[expect(clippy::disallowed_methods, reason = "an agent writes as any program does")]
        let written = std::fs::write(&path, field("content"));
        written.with_context(|| format!("failed to write `{path}`"))?;
        let said = format!("File written: {path}");
        let response = json!({"type": "create", "filePath": path});
        self.after(&used, &response, Done::Well(said, Value::Null))
    }

    /// Calls a tool of ours.
    pub(super) fn call(&mut self, tool: &str, arguments: Value) -> anyhow::Result<Done> {
        let used = self.want(&format!("mcp__{SERVER}__{tool}"), Some(SERVER), arguments);
        self.show(&format!("● {tool}"), &Value::Object(used.input.clone()).to_string());
        let used = match self.before(used)? {
            Ok(used) => used,
            Err(reason) => return Ok(Done::Refused(reason)),
        };
        let returned = self.server.call(tool, &used.input)?;
        match returned.failed {
            true => self.after(&used, &Value::Null, Done::Badly(returned.text)),
            false => self.after(&used, &returned.content, Done::Well(returned.text, returned.structured)),
        }
    }

    /// Whether it is to end, or is told so before long.
    pub(super) fn is_told_to_end(&self) -> bool {
        self.ear.hears_the_end()
    }

    /// Ends its conversation.
    pub(super) fn leave(self) -> anyhow::Result<()> {
        self.ask(StandInStep::End).map(drop)
    }

    fn end_turn(&mut self) -> anyhow::Result<()> {
        let answer = self.ask(StandInStep::Stop { words: "done for now", held: self.held })?;
        match answer.refused.filter(|_| !answer.halted) {
            Some(reason) => {
                self.held = true;
                self.show("held", &reason);
                self.write(TranscriptEntry::Held(&reason))?;
                self.news.extend(read(&reason, News::Held));
            }
            None => {
                self.held = false;
                self.at_work = false;
            }
        }
        Ok(())
    }

    fn want(&mut self, tool: &str, server: Option<&str>, input: Value) -> ToolUse {
        self.used += 1;
        let input = match input {
            Value::Object(input) => input,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Map::new()
            }
        };
        let id = format!("toolu_{:024}", self.used);
        ToolUse { id, name: tool.to_owned(), input, server: server.map(str::to_owned) }
    }

    /// Asks whether a tool may run; with which arguments it does, or why it does not.
    fn before(&mut self, used: ToolUse) -> anyhow::Result<Result<ToolUse, String>> {
        let answer = self.ask(StandInStep::PreTool(&used))?;
        self.read_context(&answer)?;
        if let Some(reason) = answer.refused {
            self.show("denied", &reason);
            self.write(TranscriptEntry::Result(&reason))?;
            return Ok(Err(reason));
        }
        let input = answer.input.unwrap_or_else(|| used.input.clone());
        Ok(Ok(ToolUse { input, ..used }))
    }

    /// Tells what a tool returned.
    fn after(&mut self, used: &ToolUse, response: &Value, done: Done) -> anyhow::Result<Done> {
        let answer = match &done {
            Done::Well(text, _) => {
                self.write(TranscriptEntry::Result(text))?;
                self.ask(StandInStep::PostTool(used, response))?
            }
            Done::Badly(error) | Done::Refused(error) => {
                self.show("failed", error);
                self.write(TranscriptEntry::Result(error))?;
                self.ask(StandInStep::ToolFailed(used, error))?
            }
        };
        self.read_context(&answer)?;
        Ok(done)
    }

    fn read_context(&mut self, answer: &StandInAnswer) -> anyhow::Result<()> {
        let Some(context) = &answer.context else { return Ok(()) };
        self.write(TranscriptEntry::Context(context))?;
        self.news.extend(read(context, News::Words));
        Ok(())
    }

    /// Asks the hooks.
    fn ask(&self, step: StandInStep<'_>) -> anyhow::Result<StandInAnswer> {
        let variables = self.stand_in.variables(self.ear.socket());
        let hook = program(self.env, self.env.exe.as_str())
            .args(["hook", step.event(), "--harness", "claude"])
            .envs(&variables)
            .input(self.stand_in.question(step))
            .limit(HOOK);
        match hook.run() {
            Ok(output) => {
                self.show_complaint(&output);
                Ok(self.stand_in.answer(step, &output))
            }
            // As the real program does: a hook that hangs is let go.
            Err(exec::ExecError::Timeout { .. }) => Ok(StandInAnswer::default()),
            Err(err) => Err(anyhow::Error::new(err).context("failed to run a hook")),
        }
    }

    fn write(&self, entry: TranscriptEntry<'_>) -> anyhow::Result<()> {
        let path = self.stand_in.transcript();
        let file = std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(path);
        let line = format!("{}\n", self.stand_in.line(entry));
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .with_context(|| format!("failed to write the transcript `{path}`"))
    }

    /// Shows in its terminal what it does. A terminal that is gone is no reason to stop: its launcher ends us.
    fn show(&self, what: &str, text: &str) {
        let line = format!("{what} {}\n", clean(text));
        exomonad_host::drop_logged(self.output.answer(&line), "show what the agent does");
    }

    fn show_complaint(&self, output: &exec::Output) {
        let complaint = String::from_utf8_lossy(&output.stderr);
        if !complaint.trim().is_empty() {
            self.show("hook:", complaint.trim());
        }
    }
}

/// A program in the agent's workspace, with its whole environment.
fn program(env: &Env, name: &str) -> Cmd {
    Cmd::new(name, &env.dir, &env.search_path).envs(&env.surroundings.variables)
}
