//! The span of an agent's session: from its harness's start to its end.

use super::names::{
    AGENT_NAME, AGENT_PARENT, AGENT_ROLE, CONVERSATION, EXIT_CODE, GEN_AI_AGENT, HOOK_RUNTIME, OPERATION,
    SESSION_ID, TRANSCRIPT,
};
use super::{Attributes, Span, SpanKind};
use crate::store::{AgentRow, Exit, TraceRow};

/// Signals by which people and terminals end a program: hang-up, interrupt, kill, terminate.
const USUAL_SIGNALS: [i32; 4] = [1, 2, 9, 15];

/// What is known of an agent and its conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionFacts {
    pub(crate) role: String,
    pub(crate) harness: String,
    pub(crate) parent: Option<String>,
    pub(crate) session: Option<String>,
    pub(crate) transcript: Option<String>,
}

/// The span of a session that ended now, and how; nobody knows how where no launcher held it.
pub(crate) fn session_span(row: &TraceRow, facts: &SessionFacts, exit: Option<Exit>, now_us: u64) -> Span {
    let mut span = Span { duration_us: now_us.saturating_sub(row.begun_us), ..unended(row) };
    let attributes = &mut span.attributes;
    who(attributes, &row.agent, &facts.role, facts.parent.as_deref());
    attributes.put(HOOK_RUNTIME, &facts.harness);
    attributes.put_some(SESSION_ID, facts.session.as_deref());
    attributes.put_some(CONVERSATION, facts.session.as_deref());
    attributes.put_some(TRANSCRIPT, facts.transcript.as_deref());
    match exit {
        Some(Exit::Code(code)) => {
            span.attributes.count(EXIT_CODE, code.into());
            if code != 0 {
                span.fail(&format!("exit_code_{code}"));
            }
        }
        Some(Exit::Signal(signal)) if !USUAL_SIGNALS.contains(&signal) => {
            span.fail(&format!("signal_{signal}"));
        }
        Some(Exit::Unseen) => span.fail("launcher_lost"),
        Some(Exit::Signal(_)) | None => {}
    }
    span
}

/// What is known of a session's span from its beginning.
pub(crate) fn unended(row: &TraceRow) -> Span {
    let mut attributes = Attributes::default();
    attributes.put(OPERATION, "invoke_agent");
    attributes.put(GEN_AI_AGENT, &row.agent);
    Span {
        context: row.session,
        parent: row.parent,
        name: format!("invoke_agent {}", row.agent),
        kind: SpanKind::Internal,
        agent: row.agent.clone(),
        begin_us: row.begun_us,
        duration_us: 0,
        failure: None,
        attributes,
        moments: Vec::new(),
        link: None,
    }
}

/// Says who an agent is.
pub(super) fn who_is(attributes: &mut Attributes, agent: &AgentRow) {
    let parent = agent.parent.as_ref().map(|parent| parent.as_str());
    who(attributes, agent.name.as_str(), &agent.role, parent);
}

fn who(attributes: &mut Attributes, agent: &str, role: &str, parent: Option<&str>) {
    attributes.put(AGENT_NAME, agent);
    attributes.put(AGENT_ROLE, role);
    attributes.put_some(AGENT_PARENT, parent);
}
