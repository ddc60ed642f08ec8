//! How near the sidecar's end is. Shared by whoever can bring it about and whoever has to act on it.

use std::sync::Arc;

use tokio::sync::watch;

/// The end comes in steps, and never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// The client is there.
    Serving,
    /// The client asks for no more, but reads what it has asked for.
    Finishing,
    /// Whatever runs is to end.
    Ending,
    /// What has not ended by now is waited for no more.
    Over,
}

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Life(Arc<watch::Sender<Step>>);

impl Default for Life {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Step::Serving)))
    }
}

impl Life {
    /// Says that nothing more is asked.
    pub(super) fn finish(&self) {
        self.reach(Step::Finishing);
    }

    /// Says that all is to end.
    pub(super) fn end(&self) {
        self.reach(Step::Ending);
    }

    /// Says that nothing is waited for any more.
    pub(super) fn give_up(&self) {
        self.reach(Step::Over);
    }

    fn reach(&self, step: Step) {
        self.0.send_if_modified(|now| {
            let later = step > *now;
            *now = step.max(*now);
            later
        });
    }

    /// Waits until `step` is reached.
    pub(super) async fn until(&self, step: Step) {
        let mut steps = self.0.subscribe();
        let reached = steps.wait_for(|now| *now >= step).await.map(|_| ());
        // The sender is `self`, so there always is one.
        if let Err(err) = reached {
            tracing::debug!(%err, "nobody tells of the sidecar's end");
        }
    }
}
