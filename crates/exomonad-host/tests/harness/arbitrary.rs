//! Whatever comes in, nothing panics, and nothing goes out but one JSON object or nothing.

use exomonad_host::contract::{Decision, HookEvent, Verdict};
use exomonad_host::harness::Harness;
use proptest::prelude::*;
use serde_json::{Value, json};

fn harness() -> impl Strategy<Value = Harness> {
    prop::sample::select(&Harness::ALL[..])
}

fn event() -> impl Strategy<Value = String> {
    let mut names: Vec<String> =
        crate::every_event().flat_map(|(_, spec)| [spec.name.to_owned(), spec.wire.to_owned()]).collect();
    names.push("unheard-of".to_owned());
    prop::sample::select(names)
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    let keys = prop::sample::select(vec![
        "session_id",
        "cwd",
        "hook_event_name",
        "tool_name",
        "tool_input",
        "tool_response",
        "agent_type",
        "mcp_context",
        "stop_hook_active",
        "prompt",
        "error",
        "x",
    ]);
    let shaped = (event(), json_value(), prop::collection::vec((keys, json_value()), 0..6)).prop_map(
        |(event, input, fields)| {
            let mut object = json!({
                "session_id": "s", "hook_event_name": event, "tool_name": "apply_patch", "tool_input": input,
            });
            for (key, value) in fields {
                object[key] = value;
            }
            object.to_string().into_bytes()
        },
    );
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..64),
        1 => json_value().prop_map(|value| value.to_string().into_bytes()),
        6 => shaped,
    ]
}

fn decision() -> impl Strategy<Value = Decision> {
    let text = prop_oneof![Just(String::new()), any::<String>()];
    let verdict = prop_oneof![
        Just(Verdict::Pass),
        Just(Verdict::Allow),
        text.clone().prop_map(Verdict::Deny),
        text.clone().prop_map(Verdict::Ask),
        text.clone().prop_map(Verdict::Block),
        text.clone().prop_map(Verdict::Halt),
        prop_oneof![text.clone(), json_value().prop_map(|value| value.to_string())]
            .prop_map(Verdict::Rewrite),
    ];
    (verdict, prop::option::of(text.clone()), prop::option::of(text))
        .prop_map(|(verdict, message, context)| Decision { verdict, message, context })
}

proptest! {
    #[test]
    fn an_answer_is_nothing_or_one_json_object(
        harness in harness(), event in event(), payload in payload(), decision in decision(),
    ) {
        Harness::guess(&event, &payload);
        if let Ok(asked) = harness.decode(&event, &payload) {
            let answer = harness.encode(&asked, &decision);
            prop_assert_eq!(answer.exit, 0);
            if let Some(stdout) = answer.stdout {
                prop_assert!(!stdout.contains('\n'));
                let json: Value = serde_json::from_str(&stdout).unwrap();
                prop_assert!(json.as_object().is_some_and(|object| !object.is_empty()));
            }
        }
    }

    #[test]
    fn a_tool_s_input_and_result_arrive_as_they_were_sent(
        harness in harness(), result in json_value(), input in json_value(), pretty in any::<bool>(),
    ) {
        let sent = json!({
            "session_id": "s", "hook_event_name": harness.event("post-tool-use").unwrap().wire, "x": result,
            "tool_name": "T", "tool_input": {"x": input}, "tool_response": result, "y": [1, {}],
        });
        let text = if pretty { serde_json::to_string_pretty(&sent) } else { serde_json::to_string(&sent) }.unwrap();
        let asked = harness.decode("post-tool-use", text.as_bytes()).unwrap();
        let HookEvent::PostTool(done) = asked.hook.event else { panic!("not a post-tool hook") };
        // What was sent, after one reading: reading a number can round it.
        let sent: Value = serde_json::from_str(&text).unwrap();
        let response = if done.response.is_empty() { "null" } else { &done.response };
        prop_assert_eq!(&serde_json::from_str::<Value>(response).unwrap(), &sent["tool_response"]);
        prop_assert_eq!(&serde_json::from_str::<Value>(&done.tool.input).unwrap(), &sent["tool_input"]);
        prop_assert!(text.contains(&done.response) && text.contains(&done.tool.input));
    }
}
