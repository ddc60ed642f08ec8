//! What is yet to be written to the client, in order.

use std::io;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::{mpsc, watch};

use super::life::Life;
use super::streams::Output;

/// Bytes that may wait for the client before we listen to it no more, and before what it can miss is dropped.
const MARK: usize = 8 << 20;

/// Takes frames from any thread; the [`Writer`] writes them one by one.
#[derive(Debug, Clone)]
pub(super) struct Outbox {
    frames: mpsc::UnboundedSender<Vec<u8>>,
    waiting: Arc<watch::Sender<usize>>,
}

/// Writes the frames of an [`Outbox`].
#[derive(Debug)]
pub(super) struct Writer {
    output: Output,
    frames: mpsc::UnboundedReceiver<Vec<u8>>,
    waiting: Arc<watch::Sender<usize>>,
}

/// An outbox whose frames go to `output`.
pub(super) fn outbox(output: Output) -> (Outbox, Writer) {
    let (sender, frames) = mpsc::unbounded_channel();
    let waiting = Arc::new(watch::Sender::new(0));
    (Outbox { frames: sender, waiting: Arc::clone(&waiting) }, Writer { output, frames, waiting })
}

impl Outbox {
    /// Puts a message behind the others.
    pub(super) fn send(&self, message: &impl Serialize) -> io::Result<()> {
        let mut frame = serde_json::to_vec(message)?;
        frame.push(b'\n');
        let size = frame.len();
        self.waiting.send_modify(|waiting| *waiting += size);
        self.frames.send(frame).map_err(|_gone| io::ErrorKind::BrokenPipe.into())
    }

    /// Whether the client reads too slowly to be sent what it can miss.
    pub(super) fn is_full(&self) -> bool {
        *self.waiting.borrow() > MARK
    }

    /// Waits until the client has read enough to be listened to.
    pub(super) async fn room(&self) {
        self.fewer_than(MARK).await;
    }

    /// Waits until all is written.
    pub(super) async fn written(&self) {
        self.fewer_than(0).await;
    }

    async fn fewer_than(&self, mark: usize) {
        let mut waiting = self.waiting.subscribe();
        let enough = waiting.wait_for(|waiting| *waiting <= mark).await;
        // The sender is `self`, so there always is one.
        if let Err(err) = enough.map(|_| ()) {
            tracing::debug!(%err, "nobody counts what waits for the client");
        }
    }
}

impl Writer {
    /// Writes until the client is gone.
    pub(super) async fn run(mut self, life: Life) {
        let result = tokio::select! {
            result = write_all(&self.output, &mut self.frames, &self.waiting) => result,
            () = self.output.broken() => Err(io::ErrorKind::BrokenPipe.into()),
        };
        if let Err(err) = result {
            if err.kind() != io::ErrorKind::BrokenPipe {
                tracing::warn!(%err, "failed to write to the client");
            }
            life.end();
        }
        self.frames.close();
        self.waiting.send_replace(0);
    }
}

async fn write_all(
    output: &Output,
    frames: &mut mpsc::UnboundedReceiver<Vec<u8>>,
    waiting: &watch::Sender<usize>,
) -> io::Result<()> {
    while let Some(frame) = frames.recv().await {
        let size = frame.len();
        output.write(frame).await?;
        waiting.send_modify(|waiting| *waiting = waiting.saturating_sub(size));
    }
    Ok(())
}
