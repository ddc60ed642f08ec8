//! Messages in the answers to hooks, and what is taken for evidence that they were seen.

use camino::{Utf8Path, Utf8PathBuf};
use exomonad_host::agent::{AgentName, ProcessIdentity};
use exomonad_host::contract::messages::{Message, MessageState};
use exomonad_host::harness::Harness;
use exomonad_host::hook::Outcome as Answered;
use exomonad_host::store::{
    Claim, ClaimLimits, Draft, EventFilter, Evidence, Handed, MAX_ATTEMPTS, Outcome, Sender, Store, Transport,
};
use serde_json::{Value, json};

use crate::support::{NOW, TestProject, put};

/// A lead with children that write to it.
struct Field {
    project: TestProject,
    store: Store,
}

fn field() -> Field {
    let project = TestProject::new();
    let store = project.store();
    Field { project, store }
}

fn own() -> ProcessIdentity {
    ProcessIdentity::own().unwrap()
}

/// A process that is gone.
fn dead() -> ProcessIdentity {
    ProcessIdentity { started: "0".to_owned(), ..own() }
}

impl Field {
    fn send(&self, from: &str, body: &str) -> Message {
        let (from, to) = (AgentName::parse(from).unwrap(), AgentName::root());
        self.store
            .send_message(&Draft::new(Sender::Agent(&from), &to, "note", body, None).unwrap(), NOW)
            .unwrap()
    }

    fn state(&self, message: &Message) -> MessageState {
        self.store.message(&message.id).unwrap().unwrap().state
    }

    fn outcomes(&self, message: &Message) -> Vec<Option<Outcome>> {
        let deliveries = self.store.deliveries_of(&message.id).unwrap();
        deliveries.into_iter().map(|row| row.ended.map(|(outcome, _)| outcome)).collect()
    }

    fn claim(&self, messages: usize) -> Vec<Handed> {
        let limits = ClaimLimits { messages, bytes: 5000, beginning: 100 };
        let (agent, holder) = (AgentName::root(), dead());
        let transport = Transport::PostTool;
        let claim =
            Claim { agent: &agent, transport, session: "s", holder: &holder, limits, transcript: None };
        self.store.claim(&claim, NOW).unwrap()
    }

    fn record(&self) -> Utf8PathBuf {
        self.project.root().parent().unwrap().join("record.jsonl")
    }

    fn write(&self, lines: &[Value]) {
        let lines: Vec<_> = lines.iter().map(Value::to_string).collect();
        put(&self.record(), format!("{}\n", lines.join("\n")).as_bytes());
    }

    fn hook(&self, event: &str, wire: &str, more: Value) -> Answered {
        self.hook_with(event, wire, &self.record(), more)
    }

    fn hook_with(&self, event: &str, wire: &str, record: &Utf8Path, more: Value) -> Answered {
        let mut payload = json!({
            "session_id": "s", "transcript_path": record.as_str(), "cwd": "/", "hook_event_name": wire,
        });
        payload
            .as_object_mut()
            .unwrap()
            .extend(serde_json::from_value::<serde_json::Map<_, _>>(more).unwrap());
        self.project.ask(Harness::Claude, event, payload.to_string().as_bytes())
    }

    fn stop(&self) -> Answered {
        self.hook("stop", "Stop", json!({"last_assistant_message": "fixture_none"}))
    }

    fn prompt(&self, text: &str) -> Answered {
        self.hook("user-prompt-submit", "UserPromptSubmit", json!({"prompt": text}))
    }
}

fn ids(handed: &[Handed]) -> Vec<&str> {
    handed.iter().map(|handed| handed.message.id.as_str()).collect()
}

fn said(answered: &Answered) -> Value {
    answered.answer.stdout.as_deref().map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
}

fn context(answered: &Answered) -> String {
    said(answered)["hookSpecificOutput"]["additionalContext"].as_str().unwrap_or_default().to_owned()
}

fn given(text: &str) -> Value {
    json!({"type": "attachment", "attachment": {"type": "hook_additional_context", "content": [text]}})
}

fn ended() -> Value {
    json!({"type": "assistant", "message": {"stop_reason": "end_turn"}})
}

#[test]
fn a_later_message_of_a_sender_waits_for_the_earlier_one() {
    let f = field();
    let (a1, b1, a2) = (f.send("a", "1"), f.send("b", "1"), f.send("a", "2"));
    assert_eq!(ids(&f.claim(1)), [a1.id.as_str()]);
    let b = f.claim(9);
    assert_eq!(ids(&b), [b1.id.as_str()], "`a` waits");
    assert_eq!(f.claim(9), []);
    let open = f.store.open_deliveries(&AgentName::root()).unwrap();
    f.store.give_back(&[open[0].id], "why", NOW).unwrap();
    assert_eq!(ids(&f.claim(9)), [a1.id.as_str(), a2.id.as_str()]);
    assert_eq!(f.state(&a2), MessageState::Handed);
}

#[test]
fn a_claim_has_a_limit_in_bytes_and_takes_at_least_one() {
    let f = field();
    let long = f.send("a", &"x".repeat(100_000));
    let rest: Vec<_> = ["b", "c", "d"].iter().map(|from| f.send(from, &"x".repeat(2000))).collect();
    let first = f.claim(9);
    assert_eq!(ids(&first), [long.id.as_str(), rest[0].id.as_str(), rest[1].id.as_str()]);
    assert_eq!(first[0].message.body.len(), 100_000, "by its beginning, and yet whole");
    assert_eq!(ids(&f.claim(9)), [rest[2].id.as_str()]);
}

#[test]
fn a_message_that_never_arrives_fails_and_its_sender_is_told() {
    let f = field();
    let message = f.send("a", "1");
    for attempt in 1..=MAX_ATTEMPTS {
        let handed = f.claim(9);
        assert_eq!(ids(&handed), [message.id.as_str()], "attempt {attempt}");
        f.store.give_back(&[handed[0].delivery], "nobody took it", NOW).unwrap();
        f.store.confirm(&[handed[0].delivery], Evidence::Prompt, NOW).unwrap();
    }
    assert_eq!(f.claim(9), []);
    assert_eq!(f.state(&message), MessageState::Failed, "what has ended stays as it ended");
    let told = EventFilter { kinds: vec!["message.failed".to_owned()], ..EventFilter::default() };
    let [event] = &f.store.first_events(&told, 9).unwrap()[..] else { panic!("one event") };
    let data: Value = serde_json::from_str(&event.data).unwrap();
    assert_eq!(event.agent, "a");
    assert_eq!(data, json!({"id": message.id, "to": "root", "attempts": 5, "why": "nobody took it"}));
}

#[test]
fn an_acknowledged_message_is_decided() {
    let f = field();
    let message = f.send("a", "1");
    f.claim(9);
    f.store.ack_messages(&AgentName::root(), std::slice::from_ref(&message.id), NOW).unwrap();
    assert_eq!(f.outcomes(&message), [Some(Outcome::Acked)]);
    let later = f.send("a", "2");
    assert_eq!(ids(&f.claim(9)), [later.id.as_str()]);
}

#[test]
fn every_hook_that_reaches_the_model_carries_what_waits() {
    let f = field();
    let tool = json!({"tool_name": "Bash", "tool_input": {}, "tool_response": {}});
    let check = |event: &str, wire: &str, more: &Value| {
        let message = f.send("a", "hello");
        let answered = f.hook(event, wire, more.clone());
        assert_eq!(context(&answered), format!("[from a #{}]\nhello", message.id), "{event}");
        assert_eq!(answered.handed_over.unwrap().count(), 1);
        assert_eq!(f.state(&message), MessageState::Handed);
        f.write(&[given(&format!("[from a #{}]", message.id))]);
        f.store.ack_messages(&AgentName::root(), &[message.id], NOW).unwrap();
    };
    check("user-prompt-submit", "UserPromptSubmit", &json!({"prompt": "x"}));
    check("post-tool-use", "PostToolUse", &tool);
    check("post-tool-use-failure", "PostToolUseFailure", &tool);
    let message = f.send("a", "hello");
    let stopped = said(&f.stop());
    assert_eq!(stopped, json!({"decision": "block", "reason": format!("[from a #{}]\nhello", message.id)}));
}

/// What comes with the start of a session is read with its first prompt, which may never come.
#[test]
fn no_message_is_handed_over_at_the_start_of_a_session() {
    let f = field();
    let message = f.send("a", "hello");
    for source in ["startup", "resume", "clear", "compact"] {
        let answered = f.hook("session-start", "SessionStart", json!({"source": source}));
        assert_eq!(context(&answered), "", "{source}");
        assert_eq!((f.state(&message), f.outcomes(&message)), (MessageState::Queued, vec![]), "{source}");
    }
    assert!(context(&f.prompt("x")).contains(&message.id), "the first prompt brings it");
}

#[test]
fn no_message_goes_into_a_subagent_or_beside_a_decision() {
    let f = field();
    let message = f.send("a", "hello");
    let tool = json!({"tool_name": "Bash", "tool_input": {}, "tool_response": {}, "agent_type": "Explore"});
    assert_eq!(said(&f.hook("post-tool-use", "PostToolUse", tool)), Value::Null);
    let before = json!({"tool_name": "fixture_pass", "tool_input": {}, "tool_use_id": "u"});
    assert_eq!(said(&f.hook("pre-tool-use", "PreToolUse", before)), Value::Null);
    let held = f.hook("stop", "Stop", json!({"last_assistant_message": "fixture_block"}));
    assert!(!said(&held)["reason"].as_str().unwrap().contains(&message.id));
    assert_eq!(f.outcomes(&message), []);
}

#[test]
fn a_message_is_seen_once_the_record_of_the_conversation_has_it() {
    let f = field();
    let message = f.send("a", "hello");
    let text = context(&f.prompt("x"));
    // The process that answered is this one, which lives: only evidence decides.
    assert_eq!(f.stop().answer.stdout, None);
    assert_eq!(f.outcomes(&message), [None]);
    f.write(&[given(&text), ended()]);
    assert_eq!(f.stop().answer.stdout, None);
    assert_eq!(f.outcomes(&message), [Some(Outcome::Seen(Evidence::Transcript))]);
    assert_eq!(f.state(&message), MessageState::Seen);
    let told = EventFilter { kinds: vec!["message.seen".to_owned()], ..EventFilter::default() };
    let [event] = &f.store.first_events(&told, 9).unwrap()[..] else { panic!("one event") };
    assert_eq!(event.agent, "a");
    assert!(event.data.contains(r#""evidence":"transcript""#), "{}", event.data);
}

#[test]
fn a_prompt_that_has_the_message_proves_it() {
    let f = field();
    let message = f.send("a", "hello");
    drop(f.stop());
    drop(f.prompt(&format!("[exomonad from a #{}] hello", message.id)));
    assert_eq!(f.outcomes(&message), [Some(Outcome::Seen(Evidence::Prompt))]);
}

/// Hands over as a hook that is gone by now.
fn handed_by_the_dead(f: &Field, record: Option<&Utf8Path>) {
    let (agent, holder) = (AgentName::root(), dead());
    let limits = ClaimLimits { messages: 9, bytes: 5000, beginning: 100 };
    let transcript =
        record.map(|path| exomonad_host::store::TranscriptMark { path: path.to_owned(), bytes: 0 });
    let claim = Claim {
        agent: &agent,
        transport: Transport::PostTool,
        session: "s",
        holder: &holder,
        limits,
        transcript,
    };
    assert_eq!(f.store.claim(&claim, NOW).unwrap().len(), 1);
}

#[test]
fn what_a_killed_hook_took_is_handed_over_again_at_the_end_of_the_turn() {
    let f = field();
    let message = f.send("a", "hello");
    handed_by_the_dead(&f, Some(&f.record()));
    // What a hook printed is no evidence, and a turn that goes on decides nothing.
    let printed = json!({"type": "hook_success", "stdout": format!("[from a #{}]", message.id)});
    f.write(&[json!({"type": "attachment", "attachment": printed}), ended()]);
    assert_eq!(f.prompt("x").answer.stdout, None);
    assert_eq!(f.outcomes(&message), [None]);
    let again = said(&f.stop());
    assert!(again["reason"].as_str().unwrap().contains(&message.id), "{again}");
    let outcomes = f.outcomes(&message);
    assert!(matches!(&outcomes[..], [Some(Outcome::GivenBack(_)), None]), "{outcomes:?}");
}

#[test]
fn a_record_that_does_not_reach_the_end_of_the_turn_decides_nothing() {
    let f = field();
    let message = f.send("a", "hello");
    handed_by_the_dead(&f, Some(&f.record()));
    f.write(&[json!({"type": "assistant", "message": {"stop_reason": "tool_use"}})]);
    assert_eq!(f.stop().answer.stdout, None);
    assert_eq!(f.outcomes(&message), [None]);
}

#[test]
fn without_a_record_what_was_written_counts_and_what_was_not_comes_again() {
    let f = field();
    let none = Utf8Path::new("/nowhere/record.jsonl");
    let stop = || f.hook_with("stop", "Stop", none, json!({"last_assistant_message": "fixture_none"}));
    let first = f.send("a", "1");
    handed_by_the_dead(&f, Some(none));
    let again = stop();
    assert!(said(&again)["reason"].as_str().unwrap().contains(&first.id));
    let second = f.send("b", "2");
    handed_by_the_dead(&f, None);
    let open = f.store.open_deliveries(&AgentName::root()).unwrap();
    let own: Vec<_> = open.iter().filter(|row| row.message == second.id).map(|row| row.id).collect();
    f.store.written(&own, NOW).unwrap();
    drop(stop());
    assert_eq!(f.outcomes(&second), [Some(Outcome::Seen(Evidence::Written))]);
}

#[test]
fn what_a_session_took_that_is_gone_comes_with_the_first_prompt_of_the_next() {
    let f = field();
    let message = f.send("a", "hello");
    handed_by_the_dead(&f, Some(&f.record()));
    f.write(&[json!({"type": "user"})]);
    let next = json!({"source": "startup", "session_id": "next"});
    assert_eq!(context(&f.hook("session-start", "SessionStart", next)), "");
    assert!(matches!(&f.outcomes(&message)[..], [Some(Outcome::GivenBack(_))]), "it waits again");
    let prompt = json!({"prompt": "x", "session_id": "next"});
    let answered = f.hook("user-prompt-submit", "UserPromptSubmit", prompt);
    assert!(context(&answered).contains(&message.id), "{answered:?}");
    assert_eq!(f.outcomes(&message).len(), 2);
}

#[test]
fn a_long_message_comes_by_its_beginning_and_a_file_has_all_of_it() {
    let f = field();
    let body = format!("begin !`id` \\\n{}end", "line\n".repeat(10_000));
    let message = f.send("a", &body);
    let text = context(&f.prompt("x"));
    assert!(text.len() < 10_000, "{}", text.len());
    assert!(text.starts_with(&format!("[from a #{}]\nbegin !`id` \\\nline", message.id)), "{text}");
    let file = f.project.root().join(format!(".exomonad/inbox/{}.md", message.id));
    assert!(text.contains(file.as_str()), "{text}");
    let all = std::fs::read_to_string(&file).unwrap();
    assert_eq!(all, format!("[from a #{}]\n{body}\n", message.id));
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn an_answer_that_was_not_taken_gives_its_messages_back() {
    let f = field();
    let message = f.send("a", "hello");
    let handed_over = f.prompt("x").handed_over.unwrap();
    handed_over.give_back("the harness is gone", NOW);
    assert_eq!(f.state(&message), MessageState::Queued);
    f.prompt("x").handed_over.unwrap().written(NOW);
    let rows = f.store.deliveries_of(&message.id).unwrap();
    assert_eq!((rows.len(), rows[1].written_ms), (2, Some(NOW)));
}

#[test]
fn the_result_of_the_tool_that_read_the_inbox_proves_it() {
    let f = field();
    let message = f.send("a", "hello");
    let shown =
        f.store.inbox(&AgentName::root(), exomonad_host::store::Inbox::Unread, 9, &own(), NOW).unwrap();
    assert_eq!(shown.len(), 1);
    let result = format!("--- message {} from `a`", message.id);
    let tool = json!({"tool_name": "mcp__exomonad__inbox", "tool_input": {}, "tool_response": result});
    drop(f.hook("post-tool-use", "PostToolUse", tool));
    assert_eq!(f.outcomes(&message), [Some(Outcome::Seen(Evidence::ToolResult))]);
    assert_eq!(f.store.unread(&AgentName::root()).unwrap(), 1, "it is shown until it is acknowledged");
}
