//! The sidecar's life: from the client's first frame to its last.

use std::sync::Arc;

use rmcp::ServiceExt as _;
use rmcp::service::ServerInitializeError;

use super::handler::Handler;
use super::transport::Stdio;
use crate::tool::Toolbox;

/// Why the sidecar ended before its client did.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The system gave no event loop.
    #[error("failed to start the event loop")]
    Runtime(#[source] std::io::Error),
    /// Standard input or output cannot be used.
    #[error("failed to open standard input and output")]
    Stdio(#[source] std::io::Error),
    /// The client's first words were no MCP.
    #[error("the client did not open an MCP session")]
    Open(#[source] Box<ServerInitializeError>),
}

/// Serves one client on standard input and output until it leaves.
///
/// # Errors
/// There is nobody to serve.
pub fn serve(toolbox: Toolbox) -> Result<(), ServeError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ServeError::Runtime)?;
    let served = runtime.block_on(run(Arc::new(toolbox)));
    runtime.shutdown_background();
    served
}

async fn run(toolbox: Arc<Toolbox>) -> Result<(), ServeError> {
    let transport = Stdio::open().map_err(ServeError::Stdio)?;
    let running = match Handler::new(toolbox).serve(transport).await {
        Ok(running) => running,
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(err) => return Err(ServeError::Open(Box::new(err))),
    };
    if let Err(err) = running.waiting().await {
        tracing::warn!(%err, "the sidecar's session ended badly");
    }
    Ok(())
}
