//! A project that never was, with something of everything.

use std::collections::HashMap;

use exomonad_host::agent::{AgentName, AgentView, Glance, ProcessIdentity, Tokens};
use exomonad_host::contract::messages::{Message, MessageState};
use exomonad_host::contract::{Event, WorkspaceKind};
use exomonad_host::store::{
    Activity, AgentRow, AgentState, Checked, Doing, Mail, PullGlance, PullWord, RequestRow, RequestState,
};

use super::super::input::intent;
use super::super::model::{Model, Order};
use super::super::seen::Seen;
use crate::commands::keys::Decoder;

pub(super) const NOW: u64 = 1_795_000_000_000;
const MINUTE: u64 = 60_000;

pub(super) fn name(text: &str) -> AgentName {
    AgentName::parse(text).unwrap()
}

fn agent(text: &str, parent: Option<&str>, role: &str, state: AgentState, minutes: u64) -> AgentView {
    let branch = parent.map_or("main".to_owned(), |_| format!("main.{text}"));
    AgentView {
        row: AgentRow {
            name: name(text),
            role: role.to_owned(),
            harness: if role == "dev" { "gemini" } else { "claude" }.to_owned(),
            parent: parent.map(name),
            workspace_kind: WorkspaceKind::Worktree,
            workspace: "/w".into(),
            depth: u32::from(parent.is_some()),
            state,
            created_ms: NOW - minutes * MINUTE,
        },
        spawn: None,
        run: None,
        pane: None,
        state,
        activity: None,
        branch: Some(branch),
        sidecars: 1,
        unread: 0,
        last_seen_ms: None,
    }
}

fn doing(mut view: AgentView, doing: Doing, minutes: u64) -> AgentView {
    let activity =
        Activity { session: "s".to_owned(), doing, since_ms: NOW - minutes * MINUTE, socket: None };
    view.activity = Some(activity);
    view
}

fn event(id: u64, seconds: u64, agent: &str, kind: &str, data: &str) -> Event {
    Event {
        id,
        time_ms: NOW - seconds * 1000,
        kind: kind.to_owned(),
        agent: agent.to_owned(),
        data: data.to_owned(),
    }
}

fn mail(seq: i64, seconds: u64, from: &str, to: &str, state: MessageState, body: &str) -> Mail {
    Mail {
        seq,
        message: Message {
            id: format!("m{seq}"),
            from: from.to_owned(),
            to: to.to_owned(),
            kind: "message".to_owned(),
            body: body.to_owned(),
            reply_to: None,
            human: from == "human",
            receipt: None,
            state,
            time_ms: NOW - seconds * 1000,
        },
        attempts: 1,
        transport: None,
        outcome: None,
        seen_ms: None,
        acked_ms: None,
        failure: None,
    }
}

fn events() -> Vec<Event> {
    vec![
        event(1, 900, "docs", "pull.filed", r#"{"number":1,"head":"main.docs"}"#),
        event(2, 840, "docs", "pull.merged", r#"{"number":1,"head":"main.docs"}"#),
        event(3, 700, "search", "agent.stuck", r#"{"why":"no step for 10 minutes"}"#),
        event(4, 200, "billing", "pull.filed", r#"{"number":7,"forge":"github"}"#),
        event(5, 180, "billing", "pull.checks-failed", r#"{"number":7,"name":"test (ubuntu)"}"#),
        event(6, 95, "api", "pull.filed", r#"{"number":2,"head":"main.api"}"#),
        event(7, 40, "billing", "request.opened", r#"{"title":"Which currencies?"}"#),
        event(8, 12, "root", "hook.stop", r#"{"verdict":"pass"}"#),
        event(9, 6, "auth", "hook.permission-request", r#"{"tool":"Bash","verdict":"ask"}"#),
        event(10, 4, "api", "hook.post-tool-use", r#"{"tool":"mcp__exomonad__file_pr","verdict":"pass"}"#),
    ]
}

/// All there is.
pub(super) fn seen() -> Seen {
    let mut agents = vec![
        doing(agent("root", None, "root", AgentState::Running, 62), Doing::Idle, 0),
        doing(agent("api", Some("root"), "tl", AgentState::Running, 31), Doing::Working, 3),
        doing(agent("auth", Some("api"), "dev", AgentState::Running, 20), Doing::Asking, 0),
        doing(agent("billing", Some("api"), "dev", AgentState::Running, 18), Doing::Working, 2),
        agent("docs", Some("root"), "dev", AgentState::Stopped, 14),
        doing(agent("search", Some("root"), "dev", AgentState::Running, 25), Doing::Working, 12),
        agent("mobile", Some("root"), "dev", AgentState::Failed, 9),
        agent("web", Some("root"), "dev", AgentState::Starting, 0),
    ];
    agents[1].unread = 2;
    let steps = events().into_iter().map(|event| (event.agent.clone(), event)).collect();
    let pull = |number: u64, word: PullWord| PullGlance { number, word, checks_failed: None };
    let waiter = ProcessIdentity { pid: 1, started: "s".to_owned(), machine: "m".to_owned() };
    Seen {
        glance: Glance {
            agents,
            pulls: HashMap::from([
                ("main.docs".to_owned(), pull(1, PullWord::Merged)),
                ("main.api".to_owned(), pull(2, PullWord::Approved)),
                ("main.search".to_owned(), pull(3, PullWord::Changes)),
                (
                    "main.billing".to_owned(),
                    PullGlance { checks_failed: Some(true), ..pull(7, PullWord::Open) },
                ),
            ]),
            checked: HashMap::from([
                ("api".to_owned(), Checked { failed: 0, ran: 3 }),
                ("search".to_owned(), Checked { failed: 1, ran: 3 }),
            ]),
            steps,
        },
        tokens: HashMap::from([
            ("root".to_owned(), Tokens { context: 84_210, written: 9_640 }),
            ("api".to_owned(), Tokens { context: 131_002, written: 22_118 }),
            ("billing".to_owned(), Tokens { context: 1_204_000, written: 870 }),
        ]),
        requests: vec![RequestRow {
            id: "r1".to_owned(),
            asker: "billing".to_owned(),
            waiter,
            form: r#"{"title":"Which currencies?","fields":[{"id":"c","type":"text","label":"Codes"}]}"#
                .to_owned(),
            opened_ms: NOW - 40_000,
            deadline_ms: NOW + MINUTE,
            state: RequestState::Open,
            viewer: None,
            ended_by: None,
            ended_ms: None,
        }],
        mail: vec![
            mail(1, 1200, "root", "api", MessageState::Acked, "Take the HTTP layer; two agents below you."),
            mail(
                2,
                700,
                "search",
                "root",
                MessageState::Seen,
                "The index is built, its tests are red; looking into it.",
            ),
            mail(3, 120, "api", "billing", MessageState::Handed, "Amounts are in minor units."),
            mail(
                4,
                30,
                "human",
                "api",
                MessageState::Queued,
                "Please keep the old endpoint for one release.",
            ),
        ],
        events: events(),
    }
}

/// A model that has seen it.
pub(super) fn model() -> Model {
    let mut model = Model::new(true);
    model.look(seen());
    model
}

/// A lead with so many agents, itself among them.
pub(super) fn crowd(count: usize) -> Model {
    let mut agents = vec![agent("root", None, "root", AgentState::Running, 1)];
    agents.extend(
        (1..count).map(|index| agent(&format!("agent-{index}"), Some("root"), "dev", AgentState::Running, 1)),
    );
    let mut model = Model::new(true);
    model.look(Seen { glance: Glance { agents, ..Glance::default() }, ..Seen::default() });
    model
}

/// What keys lead to.
pub(super) fn press(model: &mut Model, keys: &str) -> Vec<Order> {
    let mut decoder = Decoder::default();
    let mut pressed = decoder.feed(keys.as_bytes());
    pressed.extend(decoder.flush());
    let mut orders = Vec::new();
    for key in pressed {
        orders.extend(intent(&model.mode, key).and_then(|intent| model.apply(intent)));
    }
    orders
}
