//! A host for native tests: replies are scripted per effect, calls are recorded in order.

use std::any::Any;
use std::collections::{BTreeMap, VecDeque};

use crate::{Agent, Context, EffectError, EffectErrorKind, Hook, HookEvent, Limits, Project, WorkspaceKind};

/// A scripted host.
///
/// ```
/// use exomonad_sdk::{Host, fake::FakeHost, kv::Scope};
///
/// let mut host = FakeHost::default();
/// host.reply("kv.get", Ok(Some("42".to_owned())));
/// assert_eq!(host.kv_get(Scope::Agent, "answer"), Ok(Some("42".to_owned())));
/// assert_eq!(host.calls(), ["kv.get(Scope::Agent, \"answer\")"]);
/// assert!(host.kv_get(Scope::Agent, "answer").is_err(), "a second call was not scripted");
/// ```
#[derive(Default)]
pub struct FakeHost {
    calls: Vec<String>,
    scripted: BTreeMap<String, VecDeque<Box<dyn Any>>>,
    standing: BTreeMap<String, Box<Answer>>,
}

/// Makes the reply to a call out of its arguments.
type Answer = dyn Fn(&[String]) -> Box<dyn Any>;

impl std::fmt::Debug for FakeHost {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("FakeHost").field("calls", &self.calls).finish_non_exhaustive()
    }
}

impl FakeHost {
    /// Scripts the next reply of `effect`, named as in [`FakeHost::calls`]. Replies are used in order, one a call.
    pub fn reply<T: 'static>(&mut self, effect: &str, reply: Result<T, EffectError>) {
        self.scripted.entry(effect.to_owned()).or_default().push_back(Box::new(reply));
    }

    /// Answers every call of `effect` that no scripted reply is left for. The arguments come in their `Debug` form.
    pub fn answer_with<T: 'static>(
        &mut self,
        effect: &str,
        answer: impl Fn(&[String]) -> Result<T, EffectError> + 'static,
    ) {
        self.standing.insert(effect.to_owned(), Box::new(move |arguments| Box::new(answer(arguments))));
    }

    /// Every effect so far, as `namespace.function(arguments)`.
    #[must_use]
    pub fn calls(&self) -> Vec<&str> {
        self.calls.iter().map(String::as_str).collect()
    }

    pub(crate) fn note(&mut self, call: String) {
        self.calls.push(call);
    }

    pub(crate) fn answer<T: 'static>(
        &mut self,
        effect: &str,
        arguments: &[String],
    ) -> Result<T, EffectError> {
        self.note(format!("{effect}({})", arguments.join(", ")));
        let scripted = self.scripted.get_mut(effect).and_then(VecDeque::pop_front);
        let reply = scripted.or_else(|| self.standing.get(effect).map(|answer| answer(arguments)));
        match reply.map(<Box<dyn Any>>::downcast::<Result<T, EffectError>>) {
            Some(Ok(reply)) => *reply,
            Some(Err(_)) => Err(unscripted(format!("the reply scripted for `{effect}` has another type"))),
            None => Err(unscripted(format!("no reply is scripted for `{effect}`"))),
        }
    }
}

fn unscripted(message: String) -> EffectError {
    EffectError { kind: EffectErrorKind::Unavailable, message, hint: None }
}

/// A context for tests: agent `main.parser` of role `dev`, in the worktree `/repo/.exomonad/worktrees/parser`.
#[must_use]
pub fn context(role: &str) -> Context {
    Context {
        limits: Limits { call_ms: 30_000, wait_ms: 600_000, message_bytes: 1 << 20 },
        agent: Agent {
            name: "main.parser".to_owned(),
            role: role.to_owned(),
            parent: Some("root".to_owned()),
            branch: Some("main.parser".to_owned()),
            workspace_kind: WorkspaceKind::Worktree,
            workspace: "/repo/.exomonad/worktrees/parser".to_owned(),
            harness: "claude".to_owned(),
            depth: 1,
        },
        project: Project { root: "/repo".to_owned(), git_dir: "/repo/.git".to_owned() },
        home: Some("/home/user".to_owned()),
        now_ms: 1_790_000_000_000,
        trace: String::new(),
        rules: Vec::new(),
        verify: Vec::new(),
    }
}

/// A hook for tests, asked in the workspace of [`context`].
#[must_use]
pub fn hook(event: HookEvent) -> Hook {
    Hook {
        event,
        session: "00000000-0000-4000-8000-000000000000".to_owned(),
        cwd: "/repo/.exomonad/worktrees/parser".to_owned(),
        transcript: None,
        subagent: None,
        raw: "{}".to_owned(),
    }
}
