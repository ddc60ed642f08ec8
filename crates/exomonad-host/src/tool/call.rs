//! One call of a tool.

use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use super::{CallError, Toolbox};
use crate::agent::{Facts, context};
use crate::contract::ToolOutput;
use crate::drop_logged;
use crate::effects::{Listener, Services};
use crate::engine::{GuestError, Stop, ToolRequest};

/// The most bytes of arguments that a guest is given.
const MAX_ARGUMENT_BYTES: usize = 4 << 20;

/// A call of a tool.
#[derive(Debug)]
pub struct Call<'a> {
    /// The tool.
    pub tool: &'a str,
    /// A JSON object.
    pub arguments: &'a str,
    /// Ends the call.
    pub stop: &'a Stop,
    /// Whoever wants to hear of it before it ends.
    pub listener: Option<Arc<dyn Listener>>,
}

impl Toolbox {
    /// Calls a tool, and records that it was called.
    ///
    /// # Errors
    /// The role has no such tool, the tool says no, or the guest fails.
    pub fn call(&self, call: Call<'_>) -> Result<ToolOutput, CallError> {
        self.require_tool(call.tool)?;
        let tool = || call.tool.to_owned();
        let size = call.arguments.len();
        if size > MAX_ARGUMENT_BYTES {
            return Err(CallError::TooLarge { tool: tool(), size, limit: MAX_ARGUMENT_BYTES });
        }
        let begun = Instant::now();
        let facts = Facts {
            row: &self.row,
            repository: &self.repository,
            harness: &self.row.harness,
            config: &self.config,
            limits: self.config.tool_limits,
            home: self.home.as_deref(),
        };
        let cx = context(&facts, self.clock.now_ms());
        let services = Services {
            store: Arc::clone(&self.store),
            repository: self.repository.clone(),
            search_path: self.search_path.clone(),
            home: self.home.clone(),
            clock: self.clock,
            programs: self.config.programs.clone(),
            listener: call.listener,
        };
        let request = ToolRequest { name: call.tool, arguments: call.arguments, stop: call.stop };
        let result = self.guest.call_tool(services, &cx, &request, self.config.tool_limits);
        let result = match result {
            Ok(Ok(output)) => Ok(output),
            Ok(Err(refusal)) => Err(CallError::Refused(refusal)),
            Err(source) => Err(CallError::Guest { tool: tool(), source }),
        };
        self.record(call.tool, begun, &result);
        result
    }

    fn require_tool(&self, tool: &str) -> Result<(), CallError> {
        let role = self.role();
        if role.is_some_and(|role| role.tools.iter().any(|known| known.name == tool)) {
            return Ok(());
        }
        let has_it =
            self.info().roles.iter().filter(|role| role.tools.iter().any(|known| known.name == tool));
        Err(CallError::Unknown {
            tool: tool.to_owned(),
            role: self.row.role.clone(),
            tools: role.into_iter().flat_map(|role| &role.tools).map(|tool| tool.name.clone()).collect(),
            roles: has_it.map(|role| role.name.clone()).collect(),
        })
    }

    /// Leaves an event: which tool, how it ended, how long it took. Never the arguments.
    fn record(&self, tool: &str, begun: Instant, result: &Result<ToolOutput, CallError>) {
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let (outcome, why) = match result {
            Ok(_) => ("done", None),
            Err(CallError::Guest { source: GuestError::Stopped { .. }, .. }) => ("cancelled", None),
            Err(CallError::Guest { source, .. }) => ("failed", Some(crate::explain(source))),
            Err(CallError::Refused(refusal)) => ("refused", Some(refusal.message.clone())),
            Err(CallError::Unknown { .. } | CallError::TooLarge { .. }) => ("refused", None),
        };
        let mut data = json!({ "tool": tool, "outcome": outcome, "micros": micros });
        if let (Some(why), Some(fields)) = (why, data.as_object_mut()) {
            let why: String = why.chars().take(300).collect();
            fields.insert("why".to_owned(), why.into());
        }
        let recorded = self.store.record_event(
            self.clock.now_ms(),
            "host.tool-called",
            self.row.name.as_str(),
            &data.to_string(),
        );
        drop_logged(recorded.map_err(|err| crate::explain(&err)), "record a call of a tool");
    }
}
