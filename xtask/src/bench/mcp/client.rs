//! A client that does no more than is measured: it writes a frame and waits for the line with its id.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use camino::Utf8Path;
use serde_json::{Value, json};

/// How a client opens a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bench) enum Era {
    /// `initialize`, as of 2025-11-25.
    Initialize,
    /// `server/discover`, as of 2026-07-28.
    Discover,
}

/// A server that was started for us.
pub(in crate::bench) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    era: Era,
    last_id: u64,
    line: String,
}

impl Client {
    /// Starts a server and opens a session; also says how long it took from the start to the first reply.
    pub(in crate::bench) fn start(dir: &Utf8Path, command: &[String], era: Era) -> Result<(Self, Duration)> {
        let begun = Instant::now();
        let mut child =
            server(dir, command)?.spawn().with_context(|| format!("failed to start {command:?}"))?;
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().context("the server has no stdout")?);
        let mut client = Self { child, stdin, stdout, era, last_id: 0, line: String::new() };
        let (method, params) = match era {
            Era::Initialize => (
                "initialize",
                json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info() }),
            ),
            Era::Discover => ("server/discover", json!({})),
        };
        client.ask(method, params)?;
        let took = begun.elapsed();
        if era == Era::Initialize {
            client.write(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string())?;
        }
        Ok((client, took))
    }

    /// The server's process id.
    pub(in crate::bench) fn id(&self) -> u32 {
        self.child.id()
    }

    /// A request and its reply.
    pub(in crate::bench) fn ask(&mut self, method: &str, params: Value) -> Result<Value> {
        let frame = self.frame(method, params);
        self.exchange(&frame)?;
        serde_json::from_str(&self.line).context("the reply is no JSON")
    }

    /// As [`Client::ask`]; every line that comes before the reply is shown to `note`.
    pub(in crate::bench) fn ask_noting(
        &mut self,
        method: &str,
        params: Value,
        mut note: impl FnMut(&str),
    ) -> Result<Value> {
        let frame = self.frame(method, params);
        self.write(&frame)?;
        let id = format!("\"id\":{}", self.last_id);
        loop {
            self.read()?;
            if self.line.contains(&id) {
                return serde_json::from_str(&self.line).context("the reply is no JSON");
            }
            note(&self.line);
        }
    }

    /// The frame of the next request, to be sent later.
    pub(in crate::bench) fn frame(&mut self, method: &str, mut params: Value) -> String {
        self.last_id += 1;
        if let (Era::Discover, Some(params)) = (self.era, params.as_object_mut()) {
            params.insert(
                "_meta".to_owned(),
                json!({
                    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                    "io.modelcontextprotocol/clientInfo": info(),
                    "io.modelcontextprotocol/clientCapabilities": {},
                }),
            );
        }
        json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method, "params": params }).to_string()
    }

    /// Sends the newest frame and waits for its reply.
    pub(in crate::bench) fn exchange(&mut self, frame: &str) -> Result<()> {
        self.write(frame)?;
        let id = format!("\"id\":{}", self.last_id);
        loop {
            self.read()?;
            if self.line.contains(&id) {
                return Ok(());
            }
        }
    }

    /// Keeps `width` of the frames unanswered until every one has its reply.
    pub(in crate::bench) fn pipeline(&mut self, frames: &[String], width: usize) -> Result<()> {
        let (first, rest) = frames.split_at(width.min(frames.len()));
        for frame in first {
            self.write(frame)?;
        }
        for frame in rest {
            self.read_reply()?;
            self.write(frame)?;
        }
        first.iter().try_for_each(|_| self.read_reply())
    }

    /// Waits for a reply, whichever it is.
    fn read_reply(&mut self) -> Result<()> {
        loop {
            self.read()?;
            if self.line.contains("\"id\":") {
                return Ok(());
            }
        }
    }

    fn write(&mut self, frame: &str) -> Result<()> {
        let stdin = self.stdin.as_mut().context("the server's stdin is closed")?;
        stdin.write_all(format!("{frame}\n").as_bytes()).context("the server does not read")
    }

    fn read(&mut self) -> Result<()> {
        self.line.clear();
        if self.stdout.read_line(&mut self.line)? == 0 {
            bail!("the server ended");
        }
        Ok(())
    }

    /// Closes its input and waits for its end.
    pub(in crate::bench) fn close(mut self) -> Result<()> {
        drop(self.stdin.take());
        self.child.wait().context("failed to wait for the server")?;
        Ok(())
    }
}

impl Drop for Client {
    /// A server whose measurement failed is not left behind.
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) && self.stdin.is_some() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

fn info() -> Value {
    json!({ "name": "bench", "version": "1" })
}

#[expect(clippy::disallowed_methods, reason = "what is measured is started bare, with nothing between")]
fn server(dir: &Utf8Path, command: &[String]) -> Result<Command> {
    let [program, arguments @ ..] = command else { bail!("an empty command") };
    let mut server = Command::new(program);
    server.args(arguments).current_dir(dir).env_clear();
    server.env("PATH", "/usr/bin:/bin:/usr/local/bin").env("HOME", dir);
    server.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    Ok(server)
}
