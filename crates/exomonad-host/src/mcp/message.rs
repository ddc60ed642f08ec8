//! Reads a frame: a message, or what to tell whoever sent something else.
#![expect(
    deprecated,
    reason = "the SDK marks logging as deprecated; clients of every released version may use it"
)]

use rmcp::model::{
    CallToolRequestParams, ClientJsonRpcMessage, ClientRequest, CustomRequest, ErrorCode,
    InitializeRequestParams, JsonRpcMessage, JsonRpcRequest, PaginatedRequestParams, RequestId,
    SetLevelRequestParams, SubscriptionsListenRequestParams,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What a frame is.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message to handle.
    Message(Box<ClientJsonRpcMessage>),
    /// Something whose sender is told why it is not handled.
    Refused(Refusal),
    /// A notification or a reply that means nothing. Nobody waits for an answer to it.
    Ignored(String),
}

/// An error to reply with.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal {
    /// The request; absent when it cannot be read.
    pub(super) id: Option<RequestId>,
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(id: Option<RequestId>, code: ErrorCode, message: impl Into<String>) -> Self {
        Self { id, code, message: message.into() }
    }
}

/// Reads it.
pub(super) fn read(text: &str) -> Incoming {
    match serde_json::from_str::<ClientJsonRpcMessage>(text) {
        Ok(JsonRpcMessage::Request(JsonRpcRequest {
            id,
            request: ClientRequest::CustomRequest(request),
            ..
        })) => custom(id, request, text),
        Ok(message) => Incoming::Message(Box::new(message)),
        Err(_) => explain(text),
    }
}

/// A request that is not one the SDK knows: it has another method, or a method's parameters are wrong.
fn custom(id: RequestId, request: CustomRequest, text: &str) -> Incoming {
    match wrong_params(&request.method, request.params.as_ref()) {
        Some(_) if is_gone(&request.method, text) => {
            Incoming::Refused(Refusal::new(Some(id), ErrorCode::METHOD_NOT_FOUND, request.method))
        }
        Some(why) => {
            let message = format!("the params of `{}` are wrong: {why}", request.method);
            Incoming::Refused(Refusal::new(Some(id), ErrorCode::INVALID_PARAMS, message))
        }
        None => Incoming::Message(Box::new(JsonRpcMessage::request(request.into(), id))),
    }
}

/// Whether the request is of the era that has no such method any more: its own `_meta` says so (2026-07-28, changelog).
fn is_gone(method: &str, text: &str) -> bool {
    let message: Value = serde_json::from_str(text).unwrap_or_default();
    let version = message.pointer("/params/_meta/io.modelcontextprotocol~1protocolVersion");
    matches!(method, "initialize" | "logging/setLevel") && version.is_some()
}

/// What is wrong with the parameters of a method that we have; nothing for other methods.
fn wrong_params(method: &str, params: Option<&Value>) -> Option<String> {
    fn check<T: DeserializeOwned>(params: Option<&Value>) -> String {
        let params = params.cloned().unwrap_or_else(|| Value::Object(Map::new()));
        match serde_json::from_value::<T>(params) {
            Ok(_) => "`_meta` is no object, or one of its fields has the wrong type".to_owned(),
            Err(err) => err.to_string(),
        }
    }
    Some(match method {
        "initialize" => check::<InitializeRequestParams>(params),
        "tools/call" => check::<CallToolRequestParams>(params),
        "tools/list" => check::<PaginatedRequestParams>(params),
        "logging/setLevel" => check::<SetLevelRequestParams>(params),
        "subscriptions/listen" => check::<SubscriptionsListenRequestParams>(params),
        "ping" | "server/discover" => check::<Map<String, Value>>(params),
        _ => return None,
    })
}

/// Finds out why a frame is no message.
fn explain(text: &str) -> Incoming {
    let refused = |id, message: &str| Refusal::new(id, ErrorCode::INVALID_REQUEST, message);
    let mut message = match serde_json::from_str(text) {
        Ok(Value::Object(message)) => message,
        Ok(Value::Array(_)) => {
            return Incoming::Refused(refused(
                None,
                "batches are not taken; send each message on a line of its own",
            ));
        }
        Ok(_) => return Incoming::Refused(refused(None, "a message is a JSON object")),
        Err(err) => {
            return Incoming::Refused(Refusal::new(None, ErrorCode::PARSE_ERROR, format!("not JSON: {err}")));
        }
    };
    let id = message.remove("id");
    let is_reply = message.contains_key("result") || message.contains_key("error");
    let method = match message.get("method") {
        None if is_reply => return Incoming::Ignored("a reply that cannot be read".to_owned()),
        Some(Value::String(method)) if id.is_none() && !is_reply => {
            return Incoming::Ignored(format!("a notification `{method}` that cannot be read"));
        }
        method => method.cloned(),
    };
    let readable = id.clone().and_then(|id| serde_json::from_value::<RequestId>(id).ok());
    Incoming::Refused(match (method, readable) {
        (_, None) if id.is_some() => refused(None, "`id` is a string or an integer"),
        (Some(Value::String(_)), id) if is_reply => {
            refused(id, "a message has a `method`, or a `result`, or an `error`; not two of them")
        }
        (_, id) if message.get("jsonrpc") != Some(&Value::from("2.0")) => refused(id, "`jsonrpc` is \"2.0\""),
        (Some(Value::String(method)), id) => match wrong_params(&method, message.get("params")) {
            Some(why) => Refusal::new(
                id,
                ErrorCode::INVALID_PARAMS,
                format!("the params of `{method}` are wrong: {why}"),
            ),
            None => Refusal::new(id, ErrorCode::METHOD_NOT_FOUND, method),
        },
        (Some(_), id) => refused(id, "`method` is a string"),
        (None, id) => refused(id, "a request has a `method`"),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rmcp::model::RequestId;

    use super::{Incoming, Refusal, read};

    #[track_caller]
    fn refused(text: &str, id: Option<i64>, code: i32, part: &str) {
        let Incoming::Refused(Refusal { id: found, code: got, message }) = read(text) else {
            panic!("{text} is not refused");
        };
        assert_eq!((found, got.0), (id.map(RequestId::Number), code), "{text}: {message}");
        assert!(message.contains(part), "{text}: {message:?} does not say {part:?}");
    }

    #[track_caller]
    fn taken(text: &str) {
        assert!(matches!(read(text), Incoming::Message(_)), "{text}: {:?}", read(text));
    }

    #[test]
    fn what_is_no_json_is_a_parse_error_without_an_id() {
        refused("{", None, -32700, "not JSON");
        refused("hello", None, -32700, "not JSON");
        refused(r#"{"jsonrpc":"2.0","id":1,"method":"ping""#, None, -32700, "EOF");
        refused(&"[".repeat(100_000), None, -32700, "recursion");
    }

    #[test]
    fn what_is_no_message_is_an_invalid_request_with_its_id_if_it_can_be_read() {
        refused("7", None, -32600, "object");
        refused("{}", None, -32600, "jsonrpc");
        refused(r#"{"jsonrpc":"2.0","id":7}"#, Some(7), -32600, "method");
        refused(r#"{"jsonrpc":"2.0","id":7,"method":8}"#, Some(7), -32600, "`method` is a string");
        refused(r#"{"id":7,"method":"ping"}"#, Some(7), -32600, "jsonrpc");
        refused(r#"{"jsonrpc":"1.0","id":7,"method":"ping"}"#, Some(7), -32600, "2.0");
        refused(r#"{"jsonrpc":"2.0","id":7,"method":"ping","result":{}}"#, Some(7), -32600, "not two");
    }

    #[test]
    fn an_id_is_a_string_or_an_integer() {
        for id in ["null", "true", "1.5", "{}", "[1]", "99999999999999999999"] {
            let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
            refused(&text, None, -32600, "`id`");
        }
        taken(r#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#);
        taken(r#"{"jsonrpc":"2.0","id":-3,"method":"ping"}"#);
    }

    #[test]
    fn a_batch_is_refused_by_name() {
        refused(r#"[{"jsonrpc":"2.0","id":7,"method":"ping"}]"#, None, -32600, "batches");
        refused("[]", None, -32600, "batches");
    }

    #[test]
    fn wrong_parameters_of_a_known_method_are_named() {
        let call =
            |params: &str| format!(r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{params}}}"#);
        refused(&call("{}"), Some(7), -32602, "name");
        refused(&call(r#"{"name":1}"#), Some(7), -32602, "string");
        refused(&call(r#"{"name":"a","arguments":[1]}"#), Some(7), -32602, "map");
        refused(&call("[1]"), Some(7), -32602, "tools/call");
        refused(r#"{"jsonrpc":"2.0","id":7,"method":"initialize"}"#, Some(7), -32602, "protocolVersion");
        refused(r#"{"jsonrpc":"2.0","id":7,"method":"ping","params":[1]}"#, Some(7), -32602, "ping");
        refused(
            r#"{"jsonrpc":"2.0","id":7,"method":"logging/setLevel","params":{"level":"loud"}}"#,
            Some(7),
            -32602,
            "loud",
        );
    }

    #[test]
    fn a_request_that_describes_itself_has_no_method_of_the_older_era() {
        for method in ["initialize", "logging/setLevel"] {
            let meta = r#"{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#;
            let text =
                format!(r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":{{"_meta":{meta}}}}}"#);
            refused(&text, Some(7), -32601, method);
        }
    }

    #[test]
    fn an_unknown_method_reaches_whoever_answers_that_there_is_none() {
        taken(r#"{"jsonrpc":"2.0","id":7,"method":"tools/brew","params":{"a":1}}"#);
        refused(
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/brew","params":[1]}"#,
            Some(7),
            -32601,
            "tools/brew",
        );
    }

    #[test]
    fn nobody_waits_for_an_answer_to_a_notification_or_a_reply() {
        for text in [
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":[1]}"#,
            r#"{"method":"notifications/initialized"}"#,
            r#"{"jsonrpc":"2.0","id":{},"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"error":"bad"}"#,
        ] {
            assert!(matches!(read(text), Incoming::Ignored(_)), "{text}: {:?}", read(text));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in any::<String>()) {
            drop(read(&text));
        }

        #[test]
        fn any_object_is_read(
            id in prop_oneof![Just("1"), Just("null"), Just("{}"), Just("\"a\"")],
            method in prop_oneof![Just("tools/call"), Just("ping"), Just("x"), Just("initialize")],
            params in prop_oneof![Just("1"), Just("null"), Just("[]"), Just("{}"), Just(r#"{"_meta":1}"#)],
        ) {
            let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#);
            prop_assert!(!matches!(read(&text), Incoming::Ignored(_)), "{}", text);
        }
    }
}
