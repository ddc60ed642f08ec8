//! Says in the database that this sidecar runs, and does what the project needs from time to time.

use std::time::Duration;

use super::client::Client;
use super::life::{Life, Step};
use crate::agent::{ProcessIdentity, Site, reap};
use crate::store::{AgentRow, SidecarId, StoreError};

/// How often. A row counts as live for thrice as long where its process cannot be looked at.
const BEAT: Duration = Duration::from_secs(10);

/// One sidecar's row.
#[derive(Debug, Clone)]
pub(super) struct Row {
    site: Site,
    agent: AgentRow,
    process: ProcessIdentity,
}

impl Row {
    /// Nothing where the system does not tell one process from another.
    pub(super) fn new(site: Site, agent: AgentRow) -> Option<Self> {
        match ProcessIdentity::own() {
            Ok(process) => Some(Self { site, agent, process }),
            Err(err) => {
                tracing::warn!(%err, "nobody can see that this sidecar runs: the system does not say which process it is");
                None
            }
        }
    }

    /// Keeps the row until the sidecar ends, and removes it then. A database that cannot be written has no row.
    pub(super) async fn keep(self, client: Client, life: Life) {
        let Some(mut id) = self.at(|row| row.add()).await else { return };
        let (mut named, mut known) = (std::pin::pin!(client.name()), None);
        let mut beats = tokio::time::interval(BEAT);
        beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        beats.tick().await;
        loop {
            tokio::select! {
                () = life.until(Step::Finishing) => break,
                name = &mut named, if known.is_none() => {
                    known = Some(name.clone());
                    self.at(move |row| row.site.store.set_sidecar_client(id, &name)).await;
                }
                _ = beats.tick() => {
                    let name = known.clone();
                    id = self.at(move |row| row.beat(id, name.as_deref())).await.unwrap_or(id);
                }
            }
        }
        self.at(move |row| row.leave(id)).await;
    }

    /// A long log would be read by the next process that opens the database alone.
    fn leave(&self, id: SidecarId) -> Result<(), StoreError> {
        self.site.store.remove_sidecar(id)?;
        if self.site.store.wants_checkpoint() {
            self.site.store.checkpoint()?;
        }
        Ok(())
    }

    /// An agent whose launcher was killed is heard of by whoever comes or is there.
    fn add(&self) -> Result<SidecarId, StoreError> {
        reap(&self.site)?;
        self.site.store.add_sidecar(&self.agent.name, &self.process, self.site.clock.now_ms())
    }

    fn beat(&self, id: SidecarId, client: Option<&str>) -> Result<SidecarId, StoreError> {
        if self.site.store.wants_checkpoint() {
            self.site.store.checkpoint()?;
        }
        reap(&self.site)?;
        if self.site.store.beat_sidecar(id, self.site.clock.now_ms())? {
            return Ok(id);
        }
        // Somebody took us for gone, as after the machine slept.
        let id = self.add()?;
        if let Some(client) = client {
            self.site.store.set_sidecar_client(id, client)?;
        }
        Ok(id)
    }

    /// Asks the database on a thread of its own: it may be busy, and the client's frames must not wait for that.
    async fn at<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Option<T> {
        let row = self.clone();
        let result = tokio::task::spawn_blocking(move || act(&row)).await;
        match result {
            Ok(Ok(value)) => Some(value),
            Ok(Err(StoreError::ReadOnly(_))) => None,
            Ok(Err(err)) => {
                tracing::warn!("failed to keep the sidecar's row: {}", crate::explain(&err));
                None
            }
            Err(err) => {
                tracing::warn!(%err, "failed to keep the sidecar's row");
                None
            }
        }
    }
}
