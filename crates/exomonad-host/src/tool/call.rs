//! One call of a tool.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};

use super::{CallError, Toolbox};
use crate::contract::{Context, ToolOutput};
use crate::drop_logged;
use crate::effects::{Listener, Services};
use crate::engine::{Export, GuestError, Stop, ToolRequest};
use crate::telemetry::{CallSpan, Client, Recorder, Span};

/// The most bytes of arguments that a guest is given.
const MAX_ARGUMENT_BYTES: usize = 4 << 20;

/// The most characters of a name or a reason that are recorded.
const MAX_NOTED: usize = 300;

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
    /// Who calls.
    pub client: Client,
}

/// How a call went.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) result: Result<ToolOutput, CallError>,
    /// What is to be recorded.
    pub(crate) note: Note,
}

/// Which tool, how it ended, how long it took, and what it did on the way. Never the arguments.
#[derive(Debug)]
pub(crate) struct Note {
    /// An event's.
    data: Value,
    spans: Vec<Span>,
}

impl Toolbox {
    /// Calls a tool, and records that it was called.
    ///
    /// # Errors
    /// The role has no such tool, the tool says no, or the guest fails.
    pub fn call(&self, call: Call<'_>) -> Result<ToolOutput, CallError> {
        let Done { result, note } = self.perform(call);
        self.record(&note);
        result
    }

    /// As [`Toolbox::call`], but leaves it to the caller to record it, for whom the result may be urgent.
    pub(crate) fn perform(&self, call: Call<'_>) -> Done {
        let (tool, begun) = (call.tool, Instant::now());
        let span = self.open_span(call.client.clone());
        let recorder = span.as_ref().map(|span| span.recorder(self.row.name.as_str()));
        let trace = span.as_ref().map(|span| span.context().to_string()).unwrap_or_default();
        let result = guard(|| self.run(call, trace))
            .unwrap_or_else(|message| Err(CallError::Host { tool: tool.to_owned(), message }));
        let recorded = recorder.map(Recorder::finish).unwrap_or_default();
        let known = Some(tool).filter(|_| !matches!(result, Err(CallError::Unknown { .. })));
        let spans = span.map(|span| span.close(&self.row, known, failure(&result), recorded));
        let data = data(tool, begun, &result);
        Done { result, note: Note { data, spans: spans.unwrap_or_default() } }
    }

    /// A call without a span is made as any other.
    fn open_span(&self, client: Client) -> Option<CallSpan> {
        let outer = self.surroundings.variable("TRACEPARENT");
        let now_us = self.clock.now_ms().saturating_mul(1000);
        let opened = CallSpan::open(&self.store, &self.row, client, outer, now_us);
        opened.map_err(|err| tracing::debug!(%err, "this call has no span")).ok()
    }

    fn run(&self, call: Call<'_>, trace: String) -> Result<ToolOutput, CallError> {
        self.require_tool(call.tool)?;
        let tool = || call.tool.to_owned();
        let size = call.arguments.len();
        if size > MAX_ARGUMENT_BYTES {
            return Err(CallError::TooLarge { tool: tool(), size, limit: MAX_ARGUMENT_BYTES });
        }
        if call.stop.is_stopped() {
            return Err(CallError::Guest {
                tool: tool(),
                source: GuestError::Stopped { export: Export::CallTool },
            });
        }
        let limits = self.config.tool_limits;
        let cx = Context { trace, ..self.context(&self.row, &self.repository, limits) };
        let services = Services { listener: call.listener, ..self.services(&self.repository) };
        let request = ToolRequest { name: call.tool, arguments: call.arguments, stop: call.stop };
        match self.guest.call_tool(services, &cx, &request, limits) {
            Ok(Ok(output)) => Ok(output),
            Ok(Err(refusal)) => Err(CallError::Refused(refusal)),
            Err(source) => Err(CallError::Guest { tool: tool(), source }),
        }
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

    /// Leaves an event.
    pub(crate) fn record(&self, note: &Note) {
        let recorded = self.store.record_event_with_spans(
            self.clock.now_ms(),
            "host.tool-called",
            self.row.name.as_str(),
            &note.data.to_string(),
            &note.spans,
        );
        drop_logged(recorded.map_err(|err| crate::explain(&err)), "record a call of a tool");
    }
}

/// Why a call failed, in a word; absent unless it did.
fn failure(result: &Result<ToolOutput, CallError>) -> Option<&'static str> {
    match result {
        Ok(_) => None,
        Err(CallError::Guest { source: GuestError::Stopped { .. }, .. }) => Some("cancelled"),
        Err(CallError::Guest { .. }) => Some("guest_failed"),
        Err(CallError::Host { .. }) => Some("host_failed"),
        // As MCP's conventions call a result that says so itself.
        Err(CallError::Refused(_)) => Some("tool_error"),
        Err(CallError::Unknown { .. }) => Some("unknown_tool"),
        Err(CallError::TooLarge { .. }) => Some("too_large"),
    }
}

fn data(tool: &str, begun: Instant, result: &Result<ToolOutput, CallError>) -> Value {
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let (outcome, why) = match result {
        Ok(_) => ("done", None),
        Err(CallError::Guest { source: GuestError::Stopped { .. }, .. }) => ("cancelled", None),
        Err(CallError::Guest { source, .. }) => ("failed", Some(crate::explain(source))),
        Err(CallError::Host { message, .. }) => ("failed", Some(message.clone())),
        Err(CallError::Refused(refusal)) => ("refused", Some(refusal.message.clone())),
        Err(CallError::Unknown { .. } | CallError::TooLarge { .. }) => ("refused", None),
    };
    // A client may make up any name.
    let tool: String = tool.chars().take(MAX_NOTED).collect();
    let mut data = json!({ "tool": tool, "outcome": outcome, "micros": micros });
    if let (Some(why), Some(fields)) = (why, data.as_object_mut()) {
        let why: String = why.chars().take(MAX_NOTED).collect();
        fields.insert("why".to_owned(), why.into());
    }
    data
}

/// A panic of ours while the guest runs is that call's failure, and no other's.
pub(super) fn guard<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let message =
            text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned();
        tracing::error!("a call of the guest panicked: {message}");
        message
    })
}

#[cfg(test)]
mod tests {
    use super::guard;

    #[test]
    fn a_panic_is_the_failure_of_the_call_alone() {
        assert_eq!(guard(|| 7), Ok(7));
        assert_eq!(guard(|| panic!("seven")), Err::<(), _>("seven".to_owned()));
        assert_eq!(guard(|| panic!("{}", 7)), Err::<(), _>("7".to_owned()));
    }
}
