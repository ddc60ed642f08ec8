//! The span of one hook.
//!
//! What the guest asked for on the way is told as moments of that span, not as spans of their own: a hook writes one row.

use std::time::Instant;

use super::names::{
    CONVERSATION, DOWNGRADES, DURATION_US, HOOK_DECISION, HOOK_RUNTIME, HOOK_TYPE, LEFT_OUT, MESSAGES,
    ROUTING_DECISION, ROUTING_REASON, SESSION_ID, SUBAGENT, TOOL_NAME, TRANSCRIPT,
};
use super::recorder::{Recorded, Recorder, micros};
use super::session::who_is;
use super::{Attributes, Moment, Span, SpanKind, TraceContext};
use crate::contract::{HookEvent, ToolUse, Verdict};
use crate::harness::{Asked, TOOL_USE_ATTRIBUTE};
use crate::hook::words_of;
use crate::store::{AgentRow, Store, StoreError};

/// The most characters of a reason that are told: its first words.
const REASON_CHARS: usize = 120;

/// A hook that is being decided.
#[derive(Debug)]
pub(crate) struct HookSpan {
    context: TraceContext,
    session: TraceContext,
    begin_us: u64,
    begun: Instant,
    recorded: Recorded,
}

/// What was asked, and what was answered.
#[derive(Debug)]
pub(crate) struct Said<'a> {
    pub(crate) agent: &'a AgentRow,
    /// The harness's name.
    pub(crate) harness: &'a str,
    /// The event's name on the command line.
    pub(crate) event: &'a str,
    /// Absent when the question could not be read.
    pub(crate) asked: Option<&'a Asked>,
    pub(crate) decision: Result<&'a Verdict, Refused>,
    /// How many messages the answer carries.
    pub(crate) messages: usize,
    /// How much of the decision the harness cannot be told.
    pub(crate) downgrades: usize,
}

/// A hook that could not be decided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refused {
    /// What was answered instead.
    pub(crate) decision: &'static str,
}

impl HookSpan {
    /// Begins it, as a part of its agent's session. `outer` is the `traceparent` that the harness's user gave it. Nothing
    /// where the agent has no session yet and none starts: to make one, many hooks at once would wait for one another.
    pub(crate) fn open(
        store: &Store,
        agent: &AgentRow,
        event: &HookEvent,
        outer: Option<&str>,
        (begin_us, begun): (u64, Instant),
    ) -> Result<Option<Self>, StoreError> {
        let outer = outer.and_then(TraceContext::parse);
        let known = store.trace(&agent.name)?;
        let is_start = matches!(event, HookEvent::SessionStart(why) if why != "compact");
        let session = match known {
            Some(row) if !is_start || (row.launched && !row.ended) => row.session,
            None if !is_start => return Ok(None),
            Some(_) | None => store.begin_trace_by_hand(&agent.name, outer, begin_us)?.session,
        };
        let context = session.another();
        Ok(Some(Self { context, session, begin_us, begun, recorded: Recorded::default() }))
    }

    /// Itself, for whoever decides.
    pub(crate) fn context(&self) -> TraceContext {
        self.context
    }

    /// Tells of the steps that `work` takes.
    pub(crate) fn record<T>(&mut self, agent: &str, work: impl FnOnce() -> T) -> T {
        let recorder = Recorder::start(self.context, agent, self.begin_us, self.begun);
        let done = work();
        self.recorded = recorder.finish();
        done
    }

    /// Ends it.
    pub(crate) fn close(self, said: &Said<'_>) -> Span {
        let mut span = Span {
            context: self.context,
            parent: Some(self.session.span),
            name: format!("hook {}", said.event),
            kind: SpanKind::Internal,
            agent: said.agent.name.to_string(),
            begin_us: self.begin_us,
            duration_us: micros(self.begun, Instant::now()),
            failure: None,
            attributes: attributes(said),
            moments: self.recorded.steps.into_iter().map(moment).collect(),
            link: None,
        };
        if self.recorded.left_out > 0 {
            span.attributes.count(LEFT_OUT, self.recorded.left_out.try_into().unwrap_or(i64::MAX));
        }
        if said.decision.is_err() {
            span.fail("hook_failed");
        }
        span
    }
}

fn attributes(said: &Said<'_>) -> Attributes {
    let mut attributes = Attributes::default();
    let agent = said.agent;
    who_is(&mut attributes, agent);
    attributes.put(HOOK_TYPE, said.event);
    attributes.put(HOOK_RUNTIME, said.harness);
    attributes.put(
        HOOK_DECISION,
        match said.decision {
            Ok(verdict) => words_of(verdict).0,
            Err(refused) => refused.decision,
        },
    );
    if let Some(asked) = said.asked {
        let hook = &asked.hook;
        attributes.put_some(SESSION_ID, Some(&hook.session));
        attributes.put_some(CONVERSATION, Some(&hook.session));
        attributes.put_some(TRANSCRIPT, hook.transcript.as_deref());
        attributes.put_some(SUBAGENT, hook.subagent.as_deref());
        if let Some(tool) = tool(&hook.event) {
            attributes.put(TOOL_NAME, &tool.name);
            attributes.put_some(TOOL_USE_ATTRIBUTE, tool.id.as_deref());
        }
        if let (HookEvent::Stop(_) | HookEvent::SubagentStop(_), Ok(verdict)) = (&hook.event, said.decision) {
            let (decision, reason) = words_of(verdict);
            attributes.put(ROUTING_DECISION, decision);
            attributes.put_some(ROUTING_REASON, reason.map(first_words).as_deref());
        }
    }
    for (name, count) in [(MESSAGES, said.messages), (DOWNGRADES, said.downgrades)] {
        if count > 0 {
            attributes.count(name, count.try_into().unwrap_or(i64::MAX));
        }
    }
    attributes
}

/// A step, as a moment of the hook.
fn moment(step: Span) -> Moment {
    let mut attributes = step.attributes;
    attributes.count(DURATION_US, step.duration_us.try_into().unwrap_or(i64::MAX));
    Moment { name: step.name, at_us: step.begin_us, attributes }
}

fn tool(event: &HookEvent) -> Option<&ToolUse> {
    match event {
        HookEvent::PreTool(tool) | HookEvent::PermissionRequested(tool) => Some(tool),
        HookEvent::PostTool(done) => Some(&done.tool),
        HookEvent::SessionStart(_)
        | HookEvent::SessionEnd(_)
        | HookEvent::PreCompact(_)
        | HookEvent::Notification(_)
        | HookEvent::SubagentStart(_)
        | HookEvent::Other(_)
        | HookEvent::WorkerExit(_)
        | HookEvent::PromptSubmitted(_)
        | HookEvent::Stop(_)
        | HookEvent::SubagentStop(_)
        | HookEvent::BeforeModel
        | HookEvent::AfterModel => None,
    }
}

fn first_words(reason: &str) -> String {
    reason.lines().next().unwrap_or_default().chars().take(REASON_CHARS).collect()
}
