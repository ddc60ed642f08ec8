//! The real coding agents, waiting for their human, are woken by messages in every multiplexer; while a dialog is open nothing
//! is typed.

use std::thread;
use std::time::Duration;

use exomonad_host::agent::{AgentName, ProcessIdentity};
use exomonad_host::mux::{Key, MuxKind, Sanitized};
use exomonad_host::store::{Activity, Claim, ClaimLimits, Doing, Draft, Outcome, Sender, Transport};
use exomonad_testkit::{McpSession, Script, Turn};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::agent::{Agent, allowing};
use crate::stage::Stage;

/// Two looks of a courier at a screen, and more.
const LOOKS: Duration = Duration::from_secs(5);

cases! {
    claude_newest:
        one_that_waits_is_woken,
        one_that_waits_in_zellij_is_woken,
        one_that_waits_without_a_multiplexer_is_woken,
        what_looks_like_a_command_arrives_as_text,
        nothing_is_typed_while_a_dialog_is_open,
        one_whose_conversation_was_cleared_is_woken,
        one_that_is_started_again_is_woken,
        one_that_skips_permission_prompts_is_woken_by_its_own_sidecar,
        one_that_takes_nothing_from_its_socket_is_typed_to,
        one_at_work_that_has_no_hook_for_long_is_told_over_its_socket;
    claude_oldest:
        one_that_waits_is_woken,
        one_that_waits_in_zellij_is_woken,
        one_that_waits_without_a_multiplexer_is_woken,
        what_looks_like_a_command_arrives_as_text,
        nothing_is_typed_while_a_dialog_is_open,
        nothing_is_typed_while_a_dialog_is_open_in_zellij,
        nothing_is_typed_while_a_dialog_is_open_without_a_multiplexer,
        one_whose_conversation_was_cleared_is_woken,
        one_that_is_started_again_is_woken;
    gemini:
        one_that_waits_is_woken,
        one_that_waits_in_zellij_is_woken,
        one_that_waits_without_a_multiplexer_is_woken,
        what_looks_like_a_command_arrives_as_text,
        nothing_is_typed_while_a_dialog_is_open,
        nothing_is_typed_while_a_dialog_is_open_in_zellij,
        nothing_is_typed_while_a_dialog_is_open_without_a_multiplexer,
        one_whose_conversation_was_cleared_is_woken,
        one_that_is_started_again_is_woken,
        a_message_of_a_killed_courier_is_delivered_once;
}

fn one_that_waits_is_woken(agent: &Agent) {
    is_woken_in(MuxKind::Tmux, agent);
}

fn one_that_waits_in_zellij_is_woken(agent: &Agent) {
    is_woken_in(MuxKind::Zellij, agent);
}

fn one_that_waits_without_a_multiplexer_is_woken(agent: &Agent) {
    is_woken_in(MuxKind::Headless, agent);
}

fn is_woken_in(mux: MuxKind, agent: &Agent) {
    let stage = Stage::set_in(mux, agent, Script::default());
    let id = stage.send("are you AWAKE");
    stage.wait_until_seen(&id);
    let message = stage.message(&id);
    assert_eq!((&message["transport"], &message["attempts"]), (&json!(stage.transport()), &json!(1)));
    assert_eq!(stage.times_asked(&id), 1, "{}", stage.report());
    let text = stage.asked(&id).expect("it was asked");
    assert!(text.contains("are you AWAKE") && text.contains("from human #"), "{text}");
    stage.wait_until_idle();
    let again = stage.send("and AGAIN");
    stage.wait_until_seen(&again);
    assert_eq!(stage.times_asked(&again), 1, "{}", stage.report());
    assert_eq!(stage.times_asked(&id), 1, "the first is there once");
}

fn what_looks_like_a_command_arrives_as_text(agent: &Agent) {
    let stage = Stage::set(agent, Script::default());
    let long = format!("BEGINNING {}", "fifty thousand bytes ".repeat(2400));
    let cases = [
        ("!touch from-a-bang", "!touch from-a-bang"),
        ("/quit", "/quit"),
        ("out\u{1b}[201~\rtouch from-a-paste\r", "out[201~"),
        ("ends with \\", "ends with \\"),
        ("see @README.md", "see"),
        ("two\nlines", "two"),
        (long.as_str(), "BEGINNING fifty thousand bytes"),
    ];
    for (body, shown) in cases {
        let id = stage.send(body);
        stage.wait_until_seen(&id);
        assert_eq!(stage.times_asked(&format!("#{id}]")), 1, "{body:?}");
        let text = stage.asked(&id).expect("it was asked");
        let (_, after) = text.rsplit_once(&format!("#{id}]")).expect("the message is there");
        assert!(after.trim_start().starts_with(shown), "{body:?}: {after}");
        assert!(!after.contains('\u{1b}'), "{after:?}");
        assert_eq!(stage.deliveries(&id).len(), 1, "{body:?}: {}", stage.report());
        stage.wait_until_idle();
    }
    for made in ["from-a-bang", "from-a-paste"] {
        assert!(!stage.project.has(made), "a message was run as a command");
    }
}

fn nothing_is_typed_while_a_dialog_is_open(agent: &Agent) {
    is_left_alone_in(MuxKind::Tmux, agent);
}

fn nothing_is_typed_while_a_dialog_is_open_in_zellij(agent: &Agent) {
    is_left_alone_in(MuxKind::Zellij, agent);
}

fn nothing_is_typed_while_a_dialog_is_open_without_a_multiplexer(agent: &Agent) {
    is_left_alone_in(MuxKind::Headless, agent);
}

fn is_left_alone_in(mux: MuxKind, agent: &Agent) {
    let asks = Turn::call(agent.shell, agent.shell_input("touch made-by-the-tool"));
    let stage = Stage::set_in(mux, agent, Script::new([Turn::say("hello"), asks]));
    stage.say("say hello");
    stage.wait("the first turn ended", || stage.asked("say hello").is_some());
    stage.wait_until_idle();
    stage.say("use your tool");
    let is_open = || {
        let screen = stage.screen();
        screen.contains("Do you want to proceed?") || screen.contains("Allow execution")
    };
    stage.wait("a dialog is open", || is_open() && stage.doing() == Some(Doing::Asking));
    let id = stage.send("BEHIND-THE-DIALOG");
    // Even where a hook that tells of the dialog was missed, the screen does.
    let activity = stage.activity().expect("it is known");
    let missed = Activity { doing: Doing::Idle, since_ms: 1, socket: None, ..activity };
    stage.store().set_activity(&AgentName::root(), &missed).expect("pretend");
    thread::park_timeout(LOOKS);
    assert_eq!(stage.deliveries(&id), [], "nothing was tried");
    assert!(is_open() && !stage.screen().contains("BEHIND"), "{}", stage.screen());
    assert!(stage.asked("BEHIND-THE-DIALOG").is_none());
    assert!(!stage.project.has("made-by-the-tool"), "nobody said yes");
    let (mux, pane) = stage.terminal();
    mux.press(&pane, Key::Enter).expect("say yes");
    stage.wait_until_seen(&id);
    assert_eq!(stage.times_asked("BEHIND-THE-DIALOG"), 1, "{}", stage.report());
    assert!(stage.project.has("made-by-the-tool"), "the tool ran once it was allowed");
}

/// What comes with the start of a session is read with the next prompt only, which nobody may ever type.
fn one_whose_conversation_was_cleared_is_woken(agent: &Agent) {
    let stage = Stage::set(agent, Script::default());
    stage.say("say hello");
    stage.wait("the first turn ended", || stage.asked("say hello").is_some());
    stage.wait_until_idle();
    let before = stage.activity().expect("it is known").session;
    // Nobody wakes it until it has another conversation.
    let courier = stage.courier();
    signal(&courier, Signal::STOP);
    let id = stage.send("BEFORE-THE-CLEAR");
    stage.command("/clear");
    stage.wait("another conversation", || {
        stage.activity().is_some_and(|now| now.session != before && now.doing == Doing::Idle)
    });
    assert_eq!(stage.deliveries(&id), [], "the start of a session hands nothing over");
    signal(&courier, Signal::CONT);
    stage.wait_until_seen(&id);
    assert_eq!(stage.times_asked(&format!("#{id}]")), 1, "{}", stage.report());
}

fn one_that_is_started_again_is_woken(agent: &Agent) {
    let stage = Stage::set(agent, Script::default());
    stage.say("say hello");
    stage.wait("the first turn ended", || stage.asked("say hello").is_some());
    stage.wait_until_idle();
    let run = stage.store().latest_run(&AgentName::root()).expect("read the run").expect("it ran");
    signal(&run.harness.expect("its harness was started"), Signal::TERM);
    stage.wait("the end of the harness", || stage.screen().contains("r resume"));
    let id = stage.send("WHILE-IT-WAS-AWAY");
    let (mux, pane) = stage.terminal();
    mux.paste(&pane, &Sanitized::new("r")).expect("start it again");
    stage.wait_until_seen(&id);
    assert_eq!(stage.times_asked(&format!("#{id}]")), 1, "{}", stage.report());
    assert!(
        stage.asked(&id).expect("it was asked").contains("say hello"),
        "it is the conversation that it had"
    );
}

/// A lead that its user started by hand, with settings of the user's own and none of those that exomonad gives to agents.
fn started_by_hand(agent: &Agent, settings: &Value, arguments: &str) -> Stage {
    let stage = Stage::laid_out(MuxKind::Tmux, agent, Script::default());
    stage.project.write_home(".claude/settings.json", &settings.to_string());
    stage.open_session(&["--shell"]);
    let (mux, pane) = stage.terminal();
    let line = format!("IS_SANDBOX=1 {} {arguments}", stage.project.bin().join("claude"));
    mux.paste(&pane, &Sanitized::new(&line)).expect("type the command");
    mux.press(&pane, Key::Enter).expect("run it");
    stage.wait_until_ready();
    stage
}

/// It holds what other sessions send, until its user looks. What comes from below itself it takes, as from its sidecar.
fn one_that_skips_permission_prompts_is_woken_by_its_own_sidecar(agent: &Agent) {
    let settings = json!({"skipDangerousModePermissionPrompt": true});
    let stage = started_by_hand(agent, &settings, "--dangerously-skip-permissions");
    assert!(stage.screen().contains("bypass permissions on"), "{}", stage.screen());
    let id = stage.send("are you AWAKE");
    stage.wait_until_seen(&id);
    let message = stage.message(&id);
    assert_eq!((&message["transport"], &message["attempts"]), (&json!("socket"), &json!(1)));
    assert_eq!(stage.times_asked(&format!("#{id}]")), 1, "{}", stage.report());
}

fn one_that_takes_nothing_from_its_socket_is_typed_to(agent: &Agent) {
    let stage = started_by_hand(agent, &json!({"crossSessionInbound": "refuse"}), "");
    assert!(stage.has_socket());
    let id = stage.send("are you AWAKE");
    stage.wait_until_seen(&id);
    assert_eq!(stage.times_asked(&format!("#{id}]")), 1, "{}", stage.report());
    let deliveries = stage.deliveries(&id);
    let ways: Vec<_> = deliveries.iter().map(|delivery| delivery.transport).collect();
    assert_eq!(ways, [Transport::Socket, Transport::Pane], "{}", stage.report());
    stage.wait_until_idle();
    let again = stage.send("and AGAIN");
    stage.wait_until_seen(&again);
    assert_eq!(stage.deliveries(&again).len(), 1, "the socket is not tried again: {}", stage.report());
}

fn one_at_work_that_has_no_hook_for_long_is_told_over_its_socket(agent: &Agent) {
    let waits = "touch begun; until [ -e go-on ]; do sleep 0.1; done";
    let works = Turn::call(agent.shell, agent.shell_input(waits));
    let stage = Stage::laid_out(MuxKind::Tmux, agent, Script::new([works]));
    stage.project.write_home(".claude/settings.json", &allowing(&["Bash"]).to_string());
    stage.open_session(&[]);
    stage.wait_until_ready();
    stage.say("use your tool");
    stage.wait("the tool runs", || stage.project.has("begun"));
    let activity = stage.activity().expect("it is known");
    assert_eq!(activity.doing, Doing::Working);
    let root = AgentName::root();
    let draft = Draft::new(Sender::Human, &root, "message", "sent LONG-AGO", None).expect("a message");
    let id = stage.store().send_message(&draft, 1).expect("send a message").id;
    assert_eq!(stage.deliveries(&id), [], "its next hook comes first");
    stage
        .store()
        .set_activity(&root, &Activity { since_ms: 1, ..activity })
        .expect("its last hook was long ago");
    stage.wait("it is handed over", || !stage.deliveries(&id).is_empty());
    assert_eq!(stage.doing(), Some(Doing::Working), "its turn goes on");
    stage.project.write("go-on", "");
    stage.wait_until_seen(&id);
    assert_eq!(stage.message(&id)["transport"], "socket", "{}", stage.report());
    assert_eq!(stage.times_asked(&format!("#{id}]")), 1, "{}", stage.report());
    let asked = stage.model.requests().iter().filter(|request| request.is_conversation()).count();
    assert_eq!(asked, 2, "it is a part of the turn: {}", stage.report());
}

fn a_message_of_a_killed_courier_is_delivered_once(agent: &Agent) {
    let stage = Stage::set(agent, Script::default());
    let courier = stage.courier();
    signal(&courier, Signal::STOP);
    let id = stage.send("TAKEN once");
    let activity = stage.activity().expect("it is known");
    let claim = Claim {
        agent: &AgentName::root(),
        transport: Transport::Pane,
        session: &activity.session,
        holder: &courier,
        limits: ClaimLimits { messages: 1, bytes: 1, beginning: 0 },
        transcript: None,
    };
    let now_ms = u64::try_from(jiff::Timestamp::now().as_millisecond()).expect("after 1970");
    assert_eq!(stage.store().claim(&claim, now_ms).expect("claim").len(), 1);
    signal(&courier, Signal::KILL);
    let mut other = McpSession::start(stage.exomonad(&["mcp-stdio"]).dir(stage.project.dir()));
    other.initialize("2025-06-18");
    stage.wait_until_seen(&id);
    assert_eq!(stage.times_asked(&format!("#{id}]")), 1, "{}", stage.report());
    let deliveries = stage.deliveries(&id);
    let outcomes: Vec<_> =
        deliveries.iter().map(|delivery| delivery.ended.as_ref().map(|(it, _)| it)).collect();
    assert!(matches!(outcomes[..], [Some(Outcome::GivenBack(_)), Some(Outcome::Seen(_))]), "{outcomes:?}");
}

fn signal(process: &ProcessIdentity, signal: Signal) {
    let pid = i32::try_from(process.pid).ok().and_then(Pid::from_raw).expect("a pid");
    kill_process(pid, signal).expect("signal the sidecar");
}
