//! The span of one call of a tool, and those of what the tool did.

use std::time::Instant;

use super::names::{LEFT_OUT, MCP_METHOD, MCP_VERSION, NETWORK_TRANSPORT, OPERATION, REQUEST_ID, TOOL_NAME};
use super::recorder::{Recorded, Recorder, micros};
use super::session::who_is;
use super::{Attributes, Span, SpanKind, TraceContext};
use crate::store::{AgentRow, Store, StoreError};

/// Who calls a tool, and what it said of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Client {
    /// The command line.
    CommandLine,
    /// An MCP client.
    Mcp {
        /// The `traceparent` that came with the request.
        traceparent: Option<String>,
        /// The request's id.
        request: String,
        /// The protocol's version.
        version: Option<String>,
    },
}

/// A call that runs.
#[derive(Debug)]
pub(crate) struct CallSpan {
    context: TraceContext,
    parent: TraceContext,
    link: Option<TraceContext>,
    begin_us: u64,
    begun: Instant,
    client: Client,
}

impl CallSpan {
    /// Begins it: a part of its client's span where that is in the agent's trace, else of the agent's session. `outer` is the
    /// `traceparent` that the agent's user gave its harness.
    pub(crate) fn open(
        store: &Store,
        agent: &AgentRow,
        client: Client,
        outer: Option<&str>,
        begin_us: u64,
    ) -> Result<Self, StoreError> {
        let begun = Instant::now();
        let outer = outer.and_then(TraceContext::parse);
        let session = store.require_trace(&agent.name, outer, begin_us)?.session;
        let told = match &client {
            Client::Mcp { traceparent: Some(told), .. } => TraceContext::parse(told),
            Client::Mcp { traceparent: None, .. } | Client::CommandLine => None,
        };
        // A client of another trace is told of, and followed nowhere: the tree stays in one trace.
        let (parent, link) = match told {
            Some(told) if told.trace == session.trace => (told, None),
            told => (session, told),
        };
        Ok(Self { context: session.another(), parent, link, begin_us, begun, client })
    }

    /// Itself, for whoever does the work.
    pub(crate) fn context(&self) -> TraceContext {
        self.context
    }

    /// Records the steps of this thread.
    pub(crate) fn recorder(&self, agent: &str) -> Recorder {
        Recorder::start(self.context, agent, self.begin_us, self.begun)
    }

    /// Ends it. `tool` is a tool that there is; `failure` says in a word why it failed.
    pub(crate) fn close(
        self,
        agent: &AgentRow,
        tool: Option<&str>,
        failure: Option<&str>,
        recorded: Recorded,
    ) -> Vec<Span> {
        let mut attributes = Attributes::default();
        who_is(&mut attributes, agent);
        attributes.put(OPERATION, "execute_tool");
        attributes.put_some(TOOL_NAME, tool);
        let (operation, kind) = match &self.client {
            Client::CommandLine => ("execute_tool", SpanKind::Internal),
            Client::Mcp { request, version, .. } => {
                attributes.put(MCP_METHOD, "tools/call");
                attributes.put_some(MCP_VERSION, version.as_deref());
                attributes.put(REQUEST_ID, request);
                attributes.put(NETWORK_TRANSPORT, "pipe");
                ("tools/call", SpanKind::Server)
            }
        };
        if recorded.left_out > 0 {
            attributes.count(LEFT_OUT, recorded.left_out.try_into().unwrap_or(i64::MAX));
        }
        let mut span = Span {
            context: self.context,
            parent: Some(self.parent.span),
            name: tool.map_or_else(|| operation.to_owned(), |tool| format!("{operation} {tool}")),
            kind,
            agent: agent.name.to_string(),
            begin_us: self.begin_us,
            duration_us: micros(self.begun, Instant::now()),
            failure: None,
            attributes,
            moments: Vec::new(),
            link: self.link,
        };
        if let Some(why) = failure {
            span.fail(why);
        }
        let mut spans = recorded.steps;
        spans.push(span);
        spans
    }
}
