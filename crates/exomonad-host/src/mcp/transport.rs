//! The client's streams as the SDK wants them: messages in, messages out.
//!
//! Whatever is no message is answered here, since the SDK drops it without a word.

use std::io;

use rmcp::RoleServer;
use rmcp::model::{ErrorData, JsonRpcError, JsonRpcMessage, RequestId};
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use serde::Serialize;

use super::client::Client;
use super::flight::Flight;
use super::frame::{Cutter, Frame, MAX_FRAME};
use super::life::{Life, Step};
use super::message::{Incoming, Refusal, read};
use super::outbox::Outbox;
use super::streams::Input;
use crate::drop_logged;

/// See the module.
pub(super) struct Wire {
    input: Input,
    outbox: Outbox,
    flight: Flight,
    client: Client,
    life: Life,
    state: State,
}

struct State {
    cutter: Cutter,
    /// A request came in, so that there is a session.
    opened: bool,
    ended: bool,
}

impl Wire {
    pub(super) fn new(input: Input, outbox: Outbox, flight: Flight, client: Client, life: Life) -> Self {
        let state = State { cutter: Cutter::new(MAX_FRAME), opened: false, ended: false };
        Self { input, outbox, flight, client, life, state }
    }

    /// Deals with a frame: the message that is in it, or nothing when there is none to handle.
    fn take(&mut self, frame: Frame) -> Option<RxJsonRpcMessage<RoleServer>> {
        let text = match frame {
            Frame::Text(text) => text,
            Frame::NotText { at } => {
                self.refuse(Refusal::new(
                    None,
                    ErrorData::parse_error("", None).code,
                    format!("not UTF-8: byte {at} of the line"),
                ));
                return None;
            }
            Frame::TooLong { size } => {
                let message = format!("a message of {size} bytes; the limit is {MAX_FRAME}");
                self.refuse(Refusal::new(None, ErrorData::invalid_request("", None).code, message));
                return None;
            }
        };
        match read(&text) {
            Incoming::Message(message) => self.admit(*message, text.len()),
            Incoming::Refused(refusal) => {
                self.refuse(refusal);
                None
            }
            Incoming::Ignored(what) => {
                tracing::warn!("the client sent {what}");
                None
            }
        }
    }

    /// The next message. Nothing is lost when the future is dropped.
    async fn next(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            while let Some(frame) = self.state.cutter.pop() {
                if let Some(message) = self.take(frame) {
                    return Some(message);
                }
            }
            if self.state.ended {
                self.life.finish();
                return None;
            }
            self.outbox.room().await;
            let State { cutter, ended, .. } = &mut self.state;
            match self.input.read(|bytes| cutter.push(bytes)).await {
                Ok(true) => {}
                Ok(false) => {
                    cutter.finish();
                    *ended = true;
                }
                Err(err) => {
                    tracing::warn!(%err, "failed to read from the client");
                    cutter.finish();
                    *ended = true;
                }
            }
        }
    }

    fn admit(
        &mut self,
        message: RxJsonRpcMessage<RoleServer>,
        size: usize,
    ) -> Option<RxJsonRpcMessage<RoleServer>> {
        if let JsonRpcMessage::Request(request) = &message {
            if let Err(refusal) = self.flight.admit(&request.id, size) {
                self.refuse(refusal);
                return None;
            }
            self.state.opened = true;
        }
        // The SDK takes anything but a request for the end of a session that has not begun.
        self.state.opened.then_some(message)
    }

    fn refuse(&self, refusal: Refusal) {
        let Refusal { id, code, message } = refusal;
        tracing::warn!(code = code.0, "refused a frame: {message}");
        let error = ErrorData::new(code, message, None);
        let sent = if id.is_none() && self.client.wants_null_id() {
            self.outbox.send(&NullError { jsonrpc: "2.0", id: None, error })
        } else {
            self.outbox.send(&JsonRpcError::new(id, error))
        };
        drop_logged(sent, "refuse a frame");
    }
}

/// The SDK's error leaves an absent id out.
#[derive(Serialize)]
struct NullError {
    jsonrpc: &'static str,
    id: Option<RequestId>,
    error: ErrorData,
}

impl Transport<RoleServer> for Wire {
    type Error = io::Error;

    /// Puts the message into the outbox at once, so that messages leave in the order in which they are sent.
    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), io::Error>> + Send + 'static {
        match &message {
            JsonRpcMessage::Response(reply) => self.flight.land(&reply.id),
            JsonRpcMessage::Error(JsonRpcError { id: Some(id), .. }) => self.flight.land(id),
            JsonRpcMessage::Error(_) | JsonRpcMessage::Request(_) | JsonRpcMessage::Notification(_) => {}
        }
        std::future::ready(self.outbox.send(&message))
    }

    /// There is nothing more to receive when the client says so, and when all is to end.
    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        let life = self.life.clone();
        tokio::select! {
            message = self.next() => message,
            () = life.until(Step::Ending) => None,
        }
    }

    async fn close(&mut self) -> Result<(), io::Error> {
        self.outbox.written().await;
        Ok(())
    }
}
