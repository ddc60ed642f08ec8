//! A call of a tool, from its begin to its result, however often the client has to call for that.

use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::model::{CallToolRequestParams, ClientResult, ElicitResult};
use rmcp::service::{Peer, PeerRequestOptions, RequestContext};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::oneshot;

use super::calls::Entry;
use super::elicit::{self, Question};
use super::handler::{Handler, Served};
use super::voice::{Voice, Wants};
use crate::contract::ToolOutput;
use crate::drop_logged;
use crate::telemetry::Client;
use crate::tool::{Call, CallError};

/// How often a client is asked anew whose answer does not fit.
const ATTEMPTS: usize = 5;

/// See the module.
#[derive(Debug)]
pub(super) struct Running {
    entry: Entry,
    served: Arc<Served>,
    pub(super) voice: Arc<Voice>,
    pub(super) result: oneshot::Receiver<Result<ToolOutput, CallError>>,
    /// What it asks the client's person.
    pub(super) questions: UnboundedReceiver<Question>,
}

impl Running {
    /// Begins a call on a thread of its own. `client` says whose trace it belongs to.
    pub(super) fn begin(
        handler: &Handler,
        request: CallToolRequestParams,
        client: Client,
        wants: Wants,
    ) -> Self {
        let (entry, served) = (handler.calls().enter(), handler.served());
        let (asks, questions) = unbounded_channel();
        let voice = Arc::new(Voice::new(handler.outbox().clone(), asks, entry.stop.clone()));
        voice.speak_to(wants);
        let (sender, result) = oneshot::channel();
        // The thread's end is not waited for: what it does after it told the result is for the record only.
        drop(tokio::task::spawn_blocking({
            let (stop, served, listener) = (entry.stop.clone(), Arc::clone(&served), Arc::clone(&voice));
            move || {
                let arguments = serde_json::Value::Object(request.arguments.unwrap_or_default()).to_string();
                let done = served.toolbox.perform(Call {
                    tool: &request.name,
                    arguments: &arguments,
                    stop: &stop,
                    listener: Some(listener),
                    client,
                });
                if sender.send(done.result).is_err() {
                    tracing::debug!(tool = %request.name, "nobody waits for the result of a call");
                }
                served.toolbox.record(&done.note);
            }
        }));
        Self { entry, served, voice, result, questions }
    }

    /// Ends the call when the client cancels it, which its result tells; never ends itself.
    pub(super) fn end_with(&self, cx: &RequestContext<RoleServer>) -> impl Future<Output = ()> + use<> {
        let (cancelled, stop, served) = (cx.ct.clone(), self.entry.stop.clone(), Arc::clone(&self.served));
        async move {
            cancelled.cancelled().await;
            stop.stop();
            served.toolbox.store().changes().ring();
            std::future::pending::<()>().await;
        }
    }

    /// Gives the client's answer to the call, and says what to ask instead where it does not fit.
    pub(super) async fn answer(
        &self,
        question: Question,
        response: Option<ElicitResult>,
    ) -> Option<Question> {
        let problem = give(Arc::clone(&self.served), question.request.clone(), response?).await?;
        Some(question.again(problem))
    }

    /// Asks by a request to the client, until this call ends or the result is dropped.
    pub(super) fn ask(&self, question: Question, peer: Peer<RoleServer>) -> Asked {
        let (here, over) = oneshot::channel();
        tokio::spawn(converse(Arc::clone(&self.served), question, peer, over));
        Asked(here)
    }
}

/// A question that the client was asked. Dropped, the client is told that nobody waits for the answer any more.
#[derive(Debug)]
pub(super) struct Asked(
    #[expect(dead_code, reason = "its end is what the conversation waits for")] oneshot::Sender<()>,
);

async fn converse(
    served: Arc<Served>,
    mut question: Question,
    peer: Peer<RoleServer>,
    mut over: oneshot::Receiver<()>,
) {
    for _ in 0..ATTEMPTS {
        let Some(request) = question.server_request() else { return };
        let sent = peer.send_cancellable_request(request, PeerRequestOptions::no_options()).await;
        let mut handle = match sent {
            Ok(handle) => handle,
            Err(err) => return drop_logged(Err::<(), _>(err), "ask the client's person"),
        };
        let response = tokio::select! {
            response = &mut handle.rx => response,
            _ = &mut over => {
                let told = handle.cancel(Some("it was answered elsewhere, or is not asked any more".to_owned()));
                return drop_logged(told.await, "take a question back from the client");
            }
        };
        let Ok(Ok(ClientResult::ElicitResult(result))) = response else {
            tracing::warn!("the client did not answer a question of ours with an answer");
            return;
        };
        let given = give(Arc::clone(&served), question.request.clone(), result).await;
        let Some(problem) = given else { return };
        question = question.again(problem);
    }
}

/// As [`elicit::give`], on a thread that may wait for the database.
async fn give(served: Arc<Served>, request: String, result: ElicitResult) -> Option<String> {
    let given = tokio::task::spawn_blocking(move || {
        let (store, clock) = (served.toolbox.store(), served.toolbox.site().clock);
        elicit::give(store, clock, &request, result)
    });
    given.await.map_err(|err| tracing::warn!(%err, "an answer was not kept")).ok().flatten()
}
