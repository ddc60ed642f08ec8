//! Listens on the loopback interface and answers from a script.

use std::io::{self, BufReader, ErrorKind};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::api::{Api, Route};
use super::cast::Cast;
use super::request::ModelRequest;
use super::script::{Script, Turn};
use super::{anthropic, gemini, openai};
use crate::http::{self, Request, Response};
use crate::listener::Listener;

/// A running model server; it stops when dropped.
#[derive(Debug)]
pub struct FakeModel {
    shared: Arc<Shared>,
    listener: Listener,
}

#[derive(Debug)]
struct Shared {
    cast: Cast,
    requests: Mutex<Vec<ModelRequest>>,
}

impl FakeModel {
    /// Starts a server on a port of its own.
    #[must_use]
    pub fn start(script: Script) -> Self {
        Self::start_cast(Cast::of_one(script))
    }

    /// As [`FakeModel::start`], for several agents with a script each.
    #[must_use]
    pub fn start_cast(cast: Cast) -> Self {
        let shared = Arc::new(Shared { cast, requests: Mutex::default() });
        let serving = Arc::clone(&shared);
        Self { shared, listener: Listener::start(move |stream| serve(&serving, stream)) }
    }

    /// Where it listens, such as `http://127.0.0.1:4321`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.listener.address())
    }

    /// Every request for the model so far, in the order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<ModelRequest> {
        self.shared.requests.lock().expect("lock the requests").clone()
    }
}

fn serve(shared: &Shared, stream: &TcpStream) {
    match talk(shared, stream) {
        Ok(()) => {}
        // A killed or finished agent leaves its connections without a word.
        Err(err) if matches!(err.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {}
        Err(err) if err.kind() == ErrorKind::UnexpectedEof => {}
        Err(err) => panic!("failed to talk to an agent: {err}"),
    }
}

fn talk(shared: &Shared, stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    while let Some(request) = http::read(&mut reader)? {
        http::write(&mut writer, &request, &answer(shared, &request))?;
        if request.last {
            break;
        }
    }
    Ok(())
}

fn answer(shared: &Shared, request: &Request) -> Response {
    if request.method == "HEAD" {
        return json_answer(200, &json!({}));
    }
    match Route::of(&request.target) {
        Route::Generate { api, streamed_by_path } => generate(shared, request, api, streamed_by_path),
        Route::CountAnthropicTokens => json_answer(200, &json!({"input_tokens": 10})),
        Route::CountGeminiTokens => json_answer(200, &json!({"totalTokens": 10})),
        Route::Models => json_answer(200, &json!({"object": "list", "data": [], "models": []})),
        Route::Unknown => refusal(404, "the scripted model has no such path"),
    }
}

fn generate(shared: &Shared, request: &Request, api: Api, streamed_by_path: bool) -> Response {
    if let Some(encoding) = request.header("content-encoding") {
        return refusal(415, &format!("the scripted model cannot unpack `{encoding}`"));
    }
    let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
        return refusal(400, "the body is not JSON");
    };
    let request = ModelRequest { api, target: request.target.clone(), body };
    let turn = shared.cast.answer(&request);
    let streamed = streamed_by_path || request.wants_stream();
    let number = {
        let mut requests = shared.requests.lock().expect("lock the requests");
        requests.push(request.clone());
        requests.len()
    };
    match (api, streamed) {
        (Api::Anthropic, streamed) => {
            let model = request.body.get("model").and_then(Value::as_str).unwrap_or_default();
            if streamed {
                stream_answer(anthropic::stream(model, number, &turn))
            } else {
                json_answer(200, &anthropic::message(model, number, &turn))
            }
        }
        (Api::Gemini, true) => {
            stream_answer(gemini::stream(gemini::model_name(&request.target), number, &turn))
        }
        (Api::Gemini, false) => {
            json_answer(200, &gemini::response(gemini::model_name(&request.target), number, &turn))
        }
        (Api::OpenAi, streamed) => {
            let tool = match &turn {
                Turn::Call { tool, .. } => request.offered(tool),
                Turn::Say(_) => None,
            };
            if streamed {
                stream_answer(openai::stream(number, &turn, tool.as_ref()))
            } else {
                json_answer(200, &openai::response(number, &turn, tool.as_ref()))
            }
        }
    }
}

fn json_answer(status: u16, body: &Value) -> Response {
    Response { status, content_type: "application/json", body: body.to_string() }
}

fn stream_answer(body: String) -> Response {
    Response { status: 200, content_type: "text/event-stream", body }
}

fn refusal(status: u16, message: &str) -> Response {
    json_answer(
        status,
        &json!({"type": "error", "error": {"type": "invalid_request_error", "message": message}}),
    )
}
