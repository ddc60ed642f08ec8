//! A collector of spans that speaks OTLP over HTTP, or takes requests and never answers.

use std::io::{BufReader, Read as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;

use crate::http::{self, Request, Response};
use crate::listener::Listener;

/// See the module.
#[derive(Debug)]
pub struct Collector {
    listener: Listener,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    answers: AtomicBool,
    connections: AtomicUsize,
    received: Mutex<Vec<Received>>,
}

/// A request that was answered.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its path.
    pub path: String,
    /// Its `authorization` header.
    pub authorization: Option<String>,
    /// What it brought.
    pub content: ExportTraceServiceRequest,
}

impl Collector {
    /// One that answers.
    #[must_use]
    pub fn start() -> Self {
        let collector = Self::hanging();
        collector.answer();
        collector
    }

    /// One that takes every connection and request and answers none.
    #[must_use]
    pub fn hanging() -> Self {
        let shared = Arc::new(Shared::default());
        let serving = Arc::clone(&shared);
        let listener = Listener::start(move |stream| {
            serving.connections.fetch_add(1, Ordering::SeqCst);
            serve(stream, &serving);
        });
        Self { listener, shared }
    }

    /// Answers requests that come from now on.
    pub fn answer(&self) {
        self.shared.answers.store(true, Ordering::SeqCst);
    }

    /// Where it listens.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.listener.address())
    }

    /// How many connections there were.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Every request that was answered, in their order.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The names of the spans that came, in their order.
    #[must_use]
    pub fn span_names(&self) -> Vec<String> {
        let received = self.received();
        let resources = received.iter().flat_map(|received| &received.content.resource_spans);
        let spans = resources.flat_map(|resource| &resource.scope_spans).flat_map(|scope| &scope.spans);
        spans.map(|span| span.name.clone()).collect()
    }
}

fn serve(stream: &TcpStream, shared: &Shared) {
    let mut reader = BufReader::new(stream);
    while let Ok(Some(request)) = http::read(&mut reader) {
        if !shared.answers.load(Ordering::SeqCst) {
            // Until the client gives up.
            drop(reader.read(&mut [0; 1]));
            return;
        }
        let content = ExportTraceServiceRequest::decode(&*request.body).expect("a client sends OTLP");
        shared.received.lock().unwrap_or_else(PoisonError::into_inner).push(received(&request, content));
        let response = Response { status: 200, content_type: "application/x-protobuf", body: String::new() };
        let mut writer = stream;
        if http::write(&mut writer, &request, &response).is_err() || request.last {
            return;
        }
    }
}

fn received(request: &Request, content: ExportTraceServiceRequest) -> Received {
    let authorization = request.header("authorization").map(str::to_owned);
    Received { path: request.target.clone(), authorization, content }
}
