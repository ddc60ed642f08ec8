//! A client that sends what a test tells it to, and hides nothing of the answer.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use serde_json::{Value, json};

use crate::process::{Live, Output, Run};

/// A tool may take long on a loaded machine.
const LIMIT: Duration = Duration::from_secs(60);

/// One client and its server.
#[derive(Debug)]
pub struct McpSession {
    server: Live,
    lines: Receiver<String>,
    asked: u64,
    /// What came that was no answer to the request before it.
    pub notices: Vec<Value>,
}

impl McpSession {
    /// Starts a server and says nothing yet.
    #[must_use]
    pub fn start(server: Run) -> Self {
        let (server, lines) = server.start();
        Self { server, lines, asked: 0, notices: Vec::new() }
    }

    /// Opens it with a handshake, as clients before 2026-07-28 do, and returns the server's answer.
    pub fn initialize(&mut self, version: &str) -> Value {
        let client = json!({"name": "test", "version": "1"});
        let opening = json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client});
        let answer = self.request("initialize", &opening);
        self.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        answer
    }

    /// Sends a request that describes itself, as clients do from 2026-07-28 on, and returns the whole answer.
    pub fn modern_request(&mut self, method: &str, mut params: Value) -> Value {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        params.as_object_mut().expect("parameters are an object").insert("_meta".to_owned(), meta);
        self.request(method, &params)
    }

    /// Sends a request and returns the whole answer, whether it is a result or an error.
    pub fn request(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}));
        loop {
            let line = self.lines.recv_timeout(LIMIT);
            let line = line
                .unwrap_or_else(|err| panic!("`{method}` was not answered: {err}\n{}", self.server.stderr()));
            let message: Value =
                serde_json::from_str(&line).unwrap_or_else(|err| panic!("no JSON: {err}\n{line}"));
            if message.get("id") == Some(&json!(self.asked)) && message.get("method").is_none() {
                return message;
            }
            self.notices.push(message);
        }
    }

    /// Leaves, and returns how the server took it.
    pub fn leave(self) -> Output {
        self.server.finish()
    }

    fn send(&mut self, message: &Value) {
        self.server.say(&message.to_string()).expect("the server reads");
    }
}
