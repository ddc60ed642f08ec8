//! Standard input and output as a stream of messages.

use std::io;
use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Stdin, Stdout};
use tokio::sync::Mutex;

/// The client at the other end of our standard input and output.
pub(super) struct Stdio {
    reader: BufReader<Stdin>,
    writer: Arc<Mutex<Stdout>>,
}

impl Stdio {
    pub(super) fn open() -> io::Result<Self> {
        Ok(Self {
            reader: BufReader::new(tokio::io::stdin()),
            writer: Arc::new(Mutex::new(tokio::io::stdout())),
        })
    }
}

impl Transport<RoleServer> for Stdio {
    type Error = io::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), io::Error>> + Send + 'static {
        let writer = Arc::clone(&self.writer);
        async move {
            let mut frame = serde_json::to_vec(&message)?;
            frame.push(b'\n');
            let mut writer = writer.lock().await;
            writer.write_all(&frame).await?;
            writer.flush().await
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            let mut line = Vec::new();
            match self.reader.read_until(b'\n', &mut line).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
            match serde_json::from_slice(&line) {
                Ok(message) => return Some(message),
                Err(err) => tracing::warn!(%err, "a frame is not a message"),
            }
        }
    }

    async fn close(&mut self) -> Result<(), io::Error> {
        self.writer.lock().await.flush().await
    }
}
