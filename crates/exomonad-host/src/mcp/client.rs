//! What is known of the client.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rmcp::model::{Implementation, ProtocolVersion};
use tokio::sync::watch;

use crate::contract::log::Level;

/// Shared by whoever learns something and whoever wants to know.
#[derive(Debug, Clone)]
pub(super) struct Client(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    known: Mutex<Known>,
    name: watch::Sender<Option<String>>,
}

#[derive(Debug)]
struct Known {
    /// What `initialize` agreed on.
    agreed: Option<ProtocolVersion>,
    /// What the latest request said of itself.
    latest: Option<ProtocolVersion>,
    level: Option<Level>,
}

impl Default for Client {
    fn default() -> Self {
        let known = Known { agreed: None, latest: None, level: Some(Level::Info) };
        Self(Arc::new(Shared { known: Mutex::new(known), name: watch::Sender::new(None) }))
    }
}

impl Client {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `initialize` agreed on a version. What the client looked for before does not count any more.
    pub(super) fn agree(&self, version: ProtocolVersion) {
        let mut known = self.lock();
        known.agreed = Some(version);
        known.latest = None;
    }

    /// A request brought its version along.
    pub(super) fn note_version(&self, version: ProtocolVersion) {
        self.lock().latest = Some(version);
    }

    /// A request said who sends it. The first word holds.
    pub(super) fn note_name(&self, client: &Implementation) {
        self.0.name.send_if_modified(|name| {
            let new = name.is_none();
            if new {
                *name = Some(format!("{} {}", client.name, client.version).trim().to_owned());
            }
            new
        });
    }

    /// Waits for the name.
    pub(super) async fn name(&self) -> String {
        let mut names = self.0.name.subscribe();
        let name = names.wait_for(Option::is_some).await.map(|name| name.clone());
        // The sender is `self`, so there always is one.
        match name.ok().flatten() {
            Some(name) => name,
            None => std::future::pending().await,
        }
    }

    /// Whether the session was opened by `initialize`.
    #[cfg(feature = "compile")]
    pub(super) fn is_initialized(&self) -> bool {
        self.lock().agreed.is_some()
    }

    /// The least that a client which opened a session wants to hear of what the guest logs. Most never say, and what a guest
    /// logs while a tool runs is meant for them, its debugging apart.
    pub(super) fn level(&self) -> Option<Level> {
        self.lock().level
    }

    pub(super) fn set_level(&self, level: Option<Level>) {
        self.lock().level = level;
    }

    /// Whether an error about a request whose id cannot be read has `"id": null`, as JSON-RPC 2.0 says (section 5). From
    /// 2025-11-25 on MCP's schema has no null there: the id is left out.
    pub(super) fn wants_null_id(&self) -> bool {
        let known = self.lock();
        let version = known.latest.as_ref().or(known.agreed.as_ref());
        version.is_none_or(|version| version.as_str() < ProtocolVersion::V_2025_11_25.as_str())
    }
}

#[cfg(test)]
mod tests {
    use rmcp::model::ProtocolVersion;

    use super::Client;

    #[test]
    fn an_id_that_cannot_be_read_is_null_before_mcp_left_it_out() {
        let client = Client::default();
        assert!(client.wants_null_id());
        client.note_version(ProtocolVersion::V_2026_07_28);
        assert!(!client.wants_null_id());
        client.agree(ProtocolVersion::V_2025_06_18);
        assert!(client.wants_null_id());
        client.agree(ProtocolVersion::V_2025_11_25);
        assert!(!client.wants_null_id());
    }

    #[test]
    fn an_open_session_is_one_that_was_initialized() {
        let client = Client::default();
        client.note_version(ProtocolVersion::V_2026_07_28);
        assert!(!client.is_initialized());
        client.agree(ProtocolVersion::V_2025_06_18);
        assert!(client.is_initialized());
    }
}
