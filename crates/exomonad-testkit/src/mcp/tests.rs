//! The bridge passes on what a server says, to whom it belongs.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use serde_json::{Value, json};

use super::Bridge;
use crate::process::Run;

/// Starts a server that does this with each line, which is in `$line`.
fn bridge(script: &'static str) -> Bridge {
    Bridge::start(move || {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("while read -r line; do {script}\ndone")]);
        Run::new(command)
    })
}

/// Sends a request and returns the answer's head and body.
fn send(bridge: &Bridge, method: &str, headers: &str, body: &str) -> (String, String) {
    let address = bridge.url().replace("http://", "").replace("/mcp", "");
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    let request = format!("{method} /mcp HTTP/1.1\r\n{headers}content-length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

fn post(bridge: &Bridge, message: &Value) -> (String, String) {
    send(bridge, "POST", "", &message.to_string())
}

fn request(id: &Value, token: &str) -> Value {
    let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28", "progressToken": token});
    json!({"jsonrpc": "2.0", "id": id, "method": "m", "params": {"_meta": meta}})
}

/// Says how far it is, then answers with what it was asked.
const PROGRESS: &str = r#"
    id=$(printf %s "$line" | sed 's/.*"id":\([^,]*\),.*/\1/')
    token=$(printf %s "$line" | sed 's/.*"progressToken":\("[^"]*"\).*/\1/')
    printf '{"method":"notifications/progress","params":{"progressToken":%s,"progress":1}}\n' "$token"
    printf '{"id":%s,"result":{"token":%s}}\n' "$id" "$token""#;

#[test]
fn clients_without_a_session_share_a_server_and_keep_their_ids() {
    let bridge = bridge(PROGRESS);
    for (id, told) in [(json!(7), "t-1"), (json!("x"), "t-2")] {
        let (head, body) = post(&bridge, &request(&id, "t"));
        assert!(head.contains("text/event-stream"), "{head}");
        let events: Vec<Value> = body
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .map(|data| serde_json::from_str(data).unwrap())
            .collect();
        let progress =
            json!({"method": "notifications/progress", "params": {"progressToken": "t", "progress": 1}});
        assert_eq!(events, [progress, json!({"id": id, "result": {"token": told}})]);
    }
    assert_eq!(bridge.finish(), Vec::<String>::new());
}

#[test]
fn a_session_has_a_server_of_its_own_until_it_is_deleted() {
    let bridge = bridge(r#"printf '{"id":1,"result":{"pid":%s}}\n' $$"#);
    let opening = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}});
    let (first, _) = post(&bridge, &opening);
    assert!(first.contains("mcp-session-id: session-0"), "{first}");
    let (second, _) = post(&bridge, &opening);
    assert!(second.contains("mcp-session-id: session-1"), "{second}");
    let session = "mcp-session-id: session-0\r\n";
    let ask = || send(&bridge, "POST", session, &json!({"id": 1, "method": "m"}).to_string());
    assert_eq!(ask().1, ask().1);
    assert!(send(&bridge, "DELETE", session, "").0.starts_with("HTTP/1.1 200"));
    assert!(ask().0.starts_with("HTTP/1.1 404"));
    assert_eq!(bridge.finish(), Vec::<String>::new());
}

#[test]
fn what_nobody_asked_for_is_a_finding() {
    let bridge = bridge(
        r#"echo 'no json'; echo '{"id":99,"result":{}}'; echo '{"method":"notifications/message"}'; echo '{"id":1,"error":{"code":-32601}}'"#,
    );
    let (head, body) = post(&bridge, &request(&json!(5), "t"));
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");
    assert_eq!(body, r#"{"id":5,"error":{"code":-32601}}"#);
    assert_eq!(
        bridge.finish(),
        [
            "no JSON: no json",
            r#"an answer that nobody waits for: {"id":99,"result":{}}"#,
            r#"a message that nobody asked for: {"method":"notifications/message"}"#,
        ]
    );
}

#[test]
fn a_server_that_ends_leaves_no_answer() {
    let bridge = bridge("exit 3");
    assert!(post(&bridge, &request(&json!(1), "t")).0.starts_with("HTTP/1.1 502"));
    let wrong = bridge.finish();
    assert!(wrong.len() == 1 && wrong[0].contains("exited with 3"), "{wrong:?}");
}
