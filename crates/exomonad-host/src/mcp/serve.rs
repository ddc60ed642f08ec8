//! The sidecar's life: from the client's first frame to its last.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use rmcp::ServiceExt as _;
use rmcp::service::ServerInitializeError;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::beat::Row;
use super::calls::Calls;
use super::client::Client;
use super::dispatch::Dispatch;
use super::flight::Flight;
use super::handler::{Handler, Parts};
use super::life::{Life, Step};
use super::outbox::outbox;
#[cfg(feature = "compile")]
use super::reload::reload;
use super::streams::{Input, Output, standard};
use super::timetable::Timetable;
use super::transport::Wire;
use super::watch::watch;
use crate::drop_logged;
use crate::duty::Duties;
use crate::message::Courier;
use crate::store::Store;
use crate::tool::Toolbox;

/// How long threads that have nothing more to tell may take.
const LINGER: Duration = Duration::from_millis(30);

/// Calls that run at once; more wait for one of these to end.
const THREADS: usize = 512;

/// How long a thread waits for the next call.
const IDLE: Duration = Duration::from_secs(2);

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

/// What is served.
#[derive(Debug)]
pub struct Server {
    toolbox: Toolbox,
    timetable: Timetable,
    #[cfg(feature = "compile")]
    reloaded_from: Option<camino::Utf8PathBuf>,
}

impl Server {
    /// Serves the tools of one agent.
    #[must_use]
    pub fn new(toolbox: Toolbox) -> Self {
        Self {
            toolbox,
            timetable: Timetable::default(),
            #[cfg(feature = "compile")]
            reloaded_from: None,
        }
    }

    /// Ends by another timetable than the usual one.
    #[must_use]
    pub fn ending_by(self, timetable: Timetable) -> Self {
        Self { timetable, ..self }
    }

    /// Compiles the guest anew whenever this file of WASM changes.
    #[cfg(feature = "compile")]
    #[must_use]
    pub fn reloaded_from(self, file: camino::Utf8PathBuf) -> Self {
        Self { reloaded_from: Some(file), ..self }
    }

    /// Serves one client on standard input and output, until it leaves, a signal ends us, or our parent is gone.
    ///
    /// # Errors
    /// There is nobody to serve.
    pub fn serve(self) -> Result<(), ServeError> {
        let (input, output) = standard().map_err(ServeError::Stdio)?;
        self.run(input, output, watch)
    }

    /// Serves one client on other streams than standard input and output, until it leaves.
    ///
    /// # Errors
    /// There is nobody to serve.
    pub fn serve_on(self, input: OwnedFd, output: OwnedFd) -> Result<(), ServeError> {
        self.run(input, output, |_| ())
    }

    fn run(self, input: OwnedFd, output: OwnedFd, watch: impl FnOnce(&Life)) -> Result<(), ServeError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(THREADS)
            .thread_keep_alive(IDLE)
            .build()
            .map_err(ServeError::Runtime)?;
        let served = runtime.block_on(async {
            let input = Input::new(input).map_err(ServeError::Stdio)?;
            let output = Output::new(output).map_err(ServeError::Stdio)?;
            let life = Life::default();
            watch(&life);
            self.talk(input, output, life).await
        });
        runtime.shutdown_timeout(LINGER);
        served
    }

    #[cfg(feature = "compile")]
    fn handler(self, parts: Parts) -> Handler {
        let handler = Handler::new(self.toolbox, parts);
        if let Some(file) = self.reloaded_from {
            tokio::spawn(reload(file, handler.clone()));
        }
        handler
    }

    #[cfg(not(feature = "compile"))]
    fn handler(self, parts: Parts) -> Handler {
        Handler::new(self.toolbox, parts)
    }

    async fn talk(self, input: Input, output: Output, life: Life) -> Result<(), ServeError> {
        let (outbox, writer) = outbox(output);
        let (client, calls, flight) = (Client::default(), Calls::default(), Flight::default());
        tokio::spawn(writer.run(life.clone()));
        let parts = Parts {
            outbox: outbox.clone(),
            client: client.clone(),
            calls: calls.clone(),
            life: life.clone(),
        };
        let (store, timetable) = (Arc::clone(self.toolbox.store()), self.timetable);
        let row = Row::new(self.toolbox.site(), self.toolbox.agent().clone());
        let row = row.map(|row| tokio::spawn(row.keep(client.clone(), life.clone())));
        let courier = Courier::start(self.toolbox.site(), self.toolbox.agent().clone());
        let duties = Duties::start(&self.toolbox);
        let handler = self.handler(parts);
        let wire = Wire::new(input, outbox.clone(), flight.clone(), client.clone(), life.clone());
        let session = tokio::spawn(hold(Dispatch { handler, client, flight }, wire));
        let (ended, until) = end(session, &Ender { calls, store }, &life, timetable).await;
        life.finish();
        drop(courier);
        drop(duties);
        if let Some(row) = row {
            drop_logged(timeout_at(until, row).await, "remove the sidecar's row");
        }
        drop_logged(timeout_at(until, outbox.written()).await, "write the last replies");
        ended
    }
}

/// The session, from its first frame to its last.
async fn hold(dispatch: Dispatch, wire: Wire) -> Result<(), ServeError> {
    match dispatch.serve(wire).await {
        Ok(session) => {
            drop_logged(session.waiting().await, "hold the session to its end");
            Ok(())
        }
        // A client that only looked, or that is gone.
        Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::TransportError { .. }) => {
            Ok(())
        }
        Err(err) => Err(ServeError::Open(Box::new(err))),
    }
}

/// Ends calls, those included that wait for the database to change.
struct Ender {
    calls: Calls,
    store: Arc<Store>,
}

impl Ender {
    fn stop_waiting(&self) {
        self.calls.stop_waiting();
        self.store.changes().ring();
    }

    fn stop(&self) {
        self.calls.stop();
        self.store.changes().ring();
    }
}

/// Waits for the session's end, and sees to it that it comes when it is time. Says until when the rest may take.
async fn end(
    mut session: JoinHandle<Result<(), ServeError>>,
    ender: &Ender,
    life: &Life,
    timetable: Timetable,
) -> (Result<(), ServeError>, Instant) {
    let Timetable { finish, stop, give_up, rest } = timetable;
    tokio::select! {
        ended = &mut session => return (outcome(ended), Instant::now() + rest),
        () = life.until(Step::Finishing) => ender.stop_waiting(),
    }
    let begun = Instant::now();
    let until = begun + rest;
    tokio::select! {
        ended = &mut session => return (outcome(ended), until),
        () = life.until(Step::Ending) => {}
        () = sleep_until(begun + finish) => {}
    }
    life.end();
    ender.stop();
    if let Ok(ended) = timeout_at(begun + stop, &mut session).await {
        return (outcome(ended), until);
    }
    life.give_up();
    (timeout_at(begun + give_up, session).await.map_or(Ok(()), outcome), until)
}

fn outcome(ended: Result<Result<(), ServeError>, JoinError>) -> Result<(), ServeError> {
    ended.unwrap_or_else(|err| {
        tracing::error!(%err, "the session broke off");
        Ok(())
    })
}
