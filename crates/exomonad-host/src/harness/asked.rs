//! A hook's payload, understood.

use super::event::EventSpec;
use crate::contract::{Hook, HookKind};

/// A question a harness asked, and what is needed to answer it on its own wire.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The question in the contract's words.
    pub hook: Hook,
    /// The event it came as; absent when this harness has none of that name, and then the answer is always empty.
    pub spec: Option<&'static EventSpec>,
    /// The harness's permission mode, in its own word.
    pub permission_mode: Option<String>,
    /// What looked wrong without being an error, one sentence each.
    pub warnings: Vec<String>,
}

impl Asked {
    /// What the guest knows the event as.
    pub fn kind(&self) -> HookKind {
        self.spec.map_or(HookKind::Other, |spec| spec.kind)
    }
}
