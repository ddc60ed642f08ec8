//! A repository whose agents run a program that only says when it was started.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use crate::bench::mcp::client::{Client, Era};
use crate::bench::tools::Tools;
use crate::process::Cmd;

/// Writes the time of its start into the file it is given, at once, and then does nothing.
const STAMP: &str = r#"
fn main() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    let file = std::env::args().nth(1).unwrap();
    let unfinished = format!("{file}.unfinished");
    std::fs::write(&unfinished, now.to_string()).unwrap();
    std::fs::rename(unfinished, file).unwrap();
    loop {
        std::thread::park();
    }
}
"#;

/// Longer than any start takes.
const LIMIT: Duration = Duration::from_secs(60);

/// Files of the work tree: as many as a middling project has.
const FILES: u32 = 300;

/// A repository, and where its agents leave their stamps.
pub(in crate::bench) struct Stage<'a> {
    tools: &'a Tools,
    pub(in crate::bench) exe: &'a Utf8Path,
    pub(in crate::bench) dir: Utf8PathBuf,
    pub(in crate::bench) stamp: Utf8PathBuf,
    stamps: Utf8PathBuf,
    /// Where the multiplexer's sockets are.
    runtime: Utf8PathBuf,
}

impl<'a> Stage<'a> {
    /// Makes it, with a session of this multiplexer.
    pub(in crate::bench) fn set(tools: &'a Tools, name: &str, mux: &str) -> Result<Self> {
        let dir = tools.dir.join(name);
        let (stamps, runtime) =
            (tools.dir.join(format!("{name}-stamps")), tools.dir.join(format!("{name}-run")));
        for made in [&dir, &stamps, &runtime] {
            std::fs::create_dir(made).with_context(|| format!("failed to make `{made}`"))?;
        }
        let stamp = program(tools)?;
        let stage = Self { tools, exe: &tools.exe, dir, stamp, stamps, runtime };
        stage.fill()?;
        let exe = tools.exe.as_str();
        stage.command(&[exe, "init", "--hooks-only", "--harness", "claude"]).read()?;
        let command = json!([stage.stamp, format!("{}/{{agent}}", stage.stamps)]);
        let config = format!(
            "[agents]\nmax_children = 1000\nmax_agents = 1000\n\n[harness.stamp]\ncommand = {command}\n"
        );
        stage.configure(&config)?;
        let session = ["--mux", mux, "--session", name, "--no-attach", "--shell"];
        stage.command(&[&[exe, "init", "--harness", "claude"], session.as_slice()].concat()).read()?;
        Ok(stage)
    }

    fn fill(&self) -> Result<()> {
        std::fs::create_dir(self.dir.join("src"))?;
        for number in 0..FILES {
            let path = self.dir.join(format!("src/file-{number}.txt"));
            std::fs::File::create(&path)?.write_all("a line of text\n".repeat(100).as_bytes())?;
        }
        for arguments in [
            ["init", "--quiet", "--initial-branch=main"].as_slice(),
            &["add", "src"],
            &[
                "-c",
                "user.name=Bench",
                "-c",
                "user.email=bench@example.invalid",
                "commit",
                "--quiet",
                "-m",
                "first",
            ],
        ] {
            self.command(&[&["git"], arguments].concat()).read()?;
        }
        Ok(())
    }

    /// A command in the repository, which finds its multiplexer.
    pub(in crate::bench) fn command(&self, command: &[&str]) -> Cmd {
        let variables = self.variables();
        let variables: Vec<&str> = variables.iter().map(String::as_str).collect();
        self.tools.command(&self.dir, &variables, command)
    }

    fn variables(&self) -> Vec<String> {
        vec![
            format!("TMUX_TMPDIR={}", self.runtime),
            format!("XDG_RUNTIME_DIR={}", self.runtime),
            "TERM=xterm-256color".to_owned(),
            "LANG=C.UTF-8".to_owned(),
            "SHELL=/bin/sh".to_owned(),
        ]
    }

    /// A session with the lead's sidecar.
    pub(in crate::bench) fn lead(&self) -> Result<Client> {
        let mut command = vec!["env".to_owned()];
        command.extend(self.variables());
        command.extend([self.tools.exe.to_string(), "mcp-stdio".to_owned()]);
        Ok(Client::start(&self.dir, &command, Era::Initialize)?.0)
    }

    /// A session with an agent's sidecar.
    pub(in crate::bench) fn sidecar(&self, agent: &str) -> Result<Client> {
        let mut command = vec!["env".to_owned()];
        command.extend(self.variables());
        let dir = self.workspace(agent);
        command.extend(
            [self.exe.as_str(), "mcp-stdio", "--agent", agent, "--dir", dir.as_str()].map(str::to_owned),
        );
        Ok(Client::start(&dir, &command, Era::Initialize)?.0)
    }

    /// Where an agent works.
    pub(in crate::bench) fn workspace(&self, agent: &str) -> Utf8PathBuf {
        if agent == "root" { self.dir.clone() } else { self.dir.join(".exomonad/worktrees").join(agent) }
    }

    /// The home directory of everything that is measured.
    pub(in crate::bench) fn home(&self) -> &Utf8Path {
        self.tools.home()
    }

    /// A directory that only we may enter.
    pub(in crate::bench) fn private_dir(&self) -> Result<Utf8PathBuf> {
        let dir = self.runtime.join("private");
        DirBuilder::new().mode(0o700).create(&dir).with_context(|| format!("failed to make `{dir}`"))?;
        Ok(dir)
    }

    /// More of the configuration.
    pub(in crate::bench) fn configure(&self, text: &str) -> Result<()> {
        let path = self.dir.join(".exomonad/config.local.toml");
        let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
        file.write_all(text.as_bytes()).with_context(|| format!("failed to write `{path}`"))
    }

    /// Ends every agent and the session.
    pub(in crate::bench) fn leave(self) -> Result<()> {
        let list = self.command(&[self.tools.exe.as_str(), "ps", "--json"]).read()?;
        let list: Value = serde_json::from_str(&list).context("`ps --json` printed no JSON")?;
        let agents = list.get("agents").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let text =
            |agent: &'_ Value, field: &str| agent.get(field).and_then(Value::as_str).map(str::to_owned);
        let running = agents.iter().filter(|agent| text(agent, "state").as_deref() == Some("running"));
        let names: Vec<String> = running.filter_map(|agent| text(agent, "name")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if !names.is_empty() {
            self.command(&[&[self.tools.exe.as_str(), "stop"], names.as_slice()].concat()).read()?;
        }
        Ok(())
    }

    /// Where a program with this name leaves its stamp.
    pub(in crate::bench) fn stamp_of(&self, name: &str) -> Utf8PathBuf {
        self.stamps.join(name)
    }

    /// Waits until the program with this name was started, and says when.
    pub(in crate::bench) fn started(&self, name: &str) -> Result<u128> {
        let (file, begun) = (self.stamp_of(name), Instant::now());
        loop {
            match std::fs::read_to_string(&file) {
                Ok(text) => return text.parse().with_context(|| format!("`{file}` holds no time")),
                Err(_) if begun.elapsed() < LIMIT => std::thread::park_timeout(Duration::from_micros(200)),
                Err(err) => return Err(err).with_context(|| format!("`{name}` was not started")),
            }
        }
    }
}

/// The arguments of a spawn.
pub(in crate::bench) fn spawn(name: &str) -> Value {
    json!({
        "name": "spawn_leaf_subtree",
        "arguments": { "task": "stand there", "branch_name": name, "harness": "stamp" },
    })
}

/// The call of a tool did not fail.
pub(in crate::bench) fn require_done(reply: &Value) -> Result<()> {
    let result = reply.get("result").unwrap_or(reply);
    if reply.get("error").is_some() || result.get("isError").is_some_and(|flag| flag == true) {
        bail!("a tool failed: {reply}");
    }
    Ok(())
}

/// Nanoseconds since 1970, as the stamps have them.
pub(in crate::bench) fn now() -> Result<u128> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos())
}

fn program(tools: &Tools) -> Result<Utf8PathBuf> {
    let program = tools.dir.join("stamp");
    if !program.exists() {
        let source = tools.file("stamp.rs", STAMP)?;
        compile(&tools.dir, &source, &program)?;
    }
    Ok(program)
}

fn compile(dir: &Utf8Path, source: &Utf8Path, program: &Utf8Path) -> Result<()> {
    let options = ["-O", "-C", "target-feature=+crt-static"];
    let output = [source.as_str(), "-o", program.as_str()];
    Cmd::new(dir, "rustc", options.into_iter().chain(output)).run()
}
