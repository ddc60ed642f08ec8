//! The JSON that Claude Code reads from a hook. Codex took over its names.
//!
//! Never a null: one voids the whole answer in Claude Code 2.1.329.

use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::harness) struct Output {
    #[serde(rename = "continue", skip_serializing_if = "Option::is_none")]
    pub(in crate::harness) goes_on: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::harness) stop_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::harness) system_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::harness) decision: Option<Blocking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::harness) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::harness) hook_specific_output: Option<Specific>,
}

/// The only word of the top-level `decision` that still means something.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::harness) enum Blocking {
    Block,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::harness) struct Specific {
    pub(in crate::harness) hook_event_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::harness) permission_decision: Option<Permission>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::harness) permission_decision_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::harness) updated_input: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::harness) decision: Option<RequestDecision>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::harness) additional_context: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::harness) enum Permission {
    Allow,
    Deny,
    Ask,
}

/// The answer to a permission request.
#[derive(Debug, Serialize)]
#[serde(tag = "behavior", rename_all = "lowercase")]
pub(in crate::harness) enum RequestDecision {
    Allow,
    Deny {
        message: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        interrupt: Option<bool>,
    },
}

impl Output {
    /// Keeps the turn going, or refuses what is not a tool.
    pub(in crate::harness) fn block(&mut self, reason: String) {
        self.decision = Some(Blocking::Block);
        self.reason = Some(reason);
    }

    /// Ends the turn.
    pub(in crate::harness) fn halt(&mut self, reason: String) {
        self.goes_on = Some(false);
        self.stop_reason = Some(reason);
    }

    /// The part that names its event.
    pub(in crate::harness) fn specific(&mut self, event: &'static str) -> &mut Specific {
        self.hook_specific_output
            .get_or_insert_with(|| Specific { hook_event_name: event, ..Specific::default() })
    }

    /// Decides on a tool that is about to run.
    pub(in crate::harness) fn permission(
        &mut self,
        event: &'static str,
        permission: Permission,
        reason: Option<String>,
    ) {
        let specific = self.specific(event);
        specific.permission_decision = Some(permission);
        specific.permission_decision_reason = reason;
    }
}
