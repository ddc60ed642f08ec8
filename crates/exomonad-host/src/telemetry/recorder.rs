//! Records the steps of what a thread does for one caller.
//!
//! A call of the guest, and every effect it asks for, runs on one thread. So that git, a forge or a spawn can say what they do
//! without being told on whose behalf, the thread knows: it is the one place here that keeps something beside its arguments.
//! Where nobody records, a step costs a look at that place.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::time::Instant;

use super::{Attributes, Span, SpanKind, TraceContext};

/// Steps of one call that are recorded; a guest may ask for thousands of effects.
const MAX_STEPS: usize = 256;

thread_local! {
    static CALL: RefCell<Option<Call>> = const { RefCell::new(None) };
}

/// A call that is recorded.
#[derive(Debug)]
struct Call {
    agent: String,
    call: TraceContext,
    begin_us: u64,
    begun: Instant,
    /// The steps that are under way, each inside the one before it.
    open: Vec<(Instant, Span)>,
    done: Vec<Span>,
    left_out: u64,
}

impl Call {
    fn at(&self) -> TraceContext {
        self.open.last().map_or(self.call, |(_, span)| span.context)
    }

    fn begin(&mut self, name: String) {
        let (outer, begun) = (self.at(), Instant::now());
        let span = Span {
            context: outer.another(),
            parent: Some(outer.span),
            name,
            kind: SpanKind::Internal,
            agent: self.agent.clone(),
            begin_us: self.begin_us.saturating_add(micros(self.begun, begun)),
            duration_us: 0,
            failure: None,
            attributes: Attributes::default(),
            moments: Vec::new(),
            link: None,
        };
        self.open.push((begun, span));
    }

    /// Ends the innermost step.
    fn end(&mut self) {
        if let Some((begun, mut span)) = self.open.pop() {
            span.duration_us = micros(begun, Instant::now());
            self.done.push(span);
        }
    }
}

/// Records the steps of this thread until it is dropped; what was recorded before goes on afterwards.
#[derive(Debug)]
pub(crate) struct Recorder {
    outer: Option<Call>,
    /// It is this thread's.
    here: PhantomData<*const ()>,
}

/// What was recorded.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// The steps, each after those inside it.
    pub(crate) steps: Vec<Span>,
    /// How many more there were.
    pub(crate) left_out: u64,
}

impl Recorder {
    /// Records what is done from now on as parts of `call`, which began `begin_us` after 1970, at `begun`.
    pub(crate) fn start(call: TraceContext, agent: &str, begin_us: u64, begun: Instant) -> Self {
        let call = Call {
            agent: agent.to_owned(),
            call,
            begin_us,
            begun,
            open: Vec::new(),
            done: Vec::new(),
            left_out: 0,
        };
        Self { outer: CALL.replace(Some(call)), here: PhantomData }
    }

    /// Ends it.
    pub(crate) fn finish(self) -> Recorded {
        let call = CALL.take();
        call.map_or_else(Recorded::default, |call| Recorded { steps: call.done, left_out: call.left_out })
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        CALL.replace(self.outer.take());
    }
}

/// A step, until it is dropped.
#[derive(Debug)]
pub(crate) struct Step {
    /// How deep it is; absent where nobody records.
    depth: Option<usize>,
    /// It is this thread's.
    here: PhantomData<*const ()>,
}

/// Begins a step of whatever this thread does, called `kind name`.
pub(crate) fn step(kind: &'static str, name: &str) -> Step {
    let depth = CALL.with_borrow_mut(|call| {
        let call = call.as_mut()?;
        if call.done.len() + call.open.len() >= MAX_STEPS {
            call.left_out += 1;
            return None;
        }
        call.begin(format!("{kind} {name}"));
        Some(call.open.len())
    });
    Step { depth, here: PhantomData }
}

impl Step {
    /// Says why it failed, in a word.
    pub(crate) fn fail(&self, why: &str) {
        let Some(depth) = self.depth else { return };
        CALL.with_borrow_mut(|call| {
            let open = call.as_mut().and_then(|call| call.open.get_mut(depth.saturating_sub(1)));
            if let Some((_, span)) = open {
                span.fail(why);
            }
        });
    }
}

impl Drop for Step {
    /// Steps end inside out: one that was kept too long ends with the one around it.
    fn drop(&mut self) {
        let Some(depth) = self.depth else { return };
        CALL.with_borrow_mut(|call| {
            if let Some(call) = call {
                while call.open.len() >= depth {
                    call.end();
                }
            }
        });
    }
}

/// Says more of the step that this thread is at.
pub(crate) fn tell(name: &str, value: &str) {
    CALL.with_borrow_mut(|call| {
        if let Some((_, span)) = call.as_mut().and_then(|call| call.open.last_mut()) {
            span.attributes.put(name, value);
        }
    });
}

/// The span of the step that this thread is at; absent where nobody records.
pub(crate) fn current() -> Option<TraceContext> {
    CALL.with_borrow(|call| call.as_ref().map(Call::at))
}

/// Microseconds between two instants.
pub(super) fn micros(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.saturating_duration_since(from).as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{MAX_STEPS, Recorder, current, step, tell};
    use crate::telemetry::TraceContext;

    #[test]
    fn steps_within_steps_are_parts_of_them_and_times_lie_within() {
        let call = TraceContext::begin();
        let recorder = Recorder::start(call, "root", 1_000_000, Instant::now());
        {
            let outer = step("effect", "outer");
            tell("vcs.ref.head.name", "main");
            drop(step("effect", "inner"));
            outer.fail("conflict");
        }
        drop(step("effect", "later"));
        let recorded = recorder.finish();
        let [inner, outer, later] = &recorded.steps[..] else { panic!("{recorded:?}") };
        assert_eq!((inner.parent, outer.parent), (Some(outer.context.span), Some(call.span)));
        assert_eq!((later.parent, later.context.trace), (Some(call.span), call.trace));
        assert!(1_000_000 <= outer.begin_us && outer.begin_us <= inner.begin_us);
        assert!(inner.end_us() <= outer.end_us() && outer.end_us() <= later.begin_us + 1);
        assert_eq!((outer.failure.as_deref(), outer.agent.as_str()), (Some("conflict"), "root"));
        assert_eq!(
            serde_json::to_string(outer.attributes.as_json()).unwrap(),
            r#"{"vcs.ref.head.name":"main","error.type":"conflict"}"#
        );
    }

    #[test]
    fn without_a_recorder_a_step_is_nothing() {
        assert_eq!((current(), step("effect", "x").depth), (None, None));
    }

    #[test]
    fn a_recorder_within_another_keeps_its_own_steps() {
        let outer = Recorder::start(TraceContext::begin(), "root", 0, Instant::now());
        let around = step("effect", "around");
        let inner = Recorder::start(TraceContext::begin(), "api", 0, Instant::now());
        drop(step("effect", "within"));
        assert_eq!(inner.finish().steps.len(), 1);
        assert_ne!(current(), None);
        drop(around);
        let names: Vec<_> = outer.finish().steps.into_iter().map(|step| step.name).collect();
        assert_eq!(names, ["effect around"]);
        assert_eq!(current(), None);
    }

    #[test]
    fn more_steps_than_anybody_reads_are_counted() {
        let recorder = Recorder::start(TraceContext::begin(), "root", 0, Instant::now());
        for _ in 0..MAX_STEPS + 3 {
            drop(step("effect", "one"));
        }
        let recorded = recorder.finish();
        assert_eq!((recorded.steps.len(), recorded.left_out), (MAX_STEPS, 3));
    }
}
