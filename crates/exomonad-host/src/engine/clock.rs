//! The engine's clock: interrupts running guests so that each can see whether its time is up.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use wasmtime::{Engine, EngineWeak};

/// How often a running guest is interrupted, and so how much longer than its limit it can run.
const TICK: Duration = Duration::from_millis(10);

/// How many ticks it goes on after the last call: one that follows soon need not wake it.
const LINGER: u32 = 20;

/// Ticks while a guest runs and a little longer; asleep otherwise.
#[derive(Clone)]
pub(super) struct Clock {
    shared: Arc<Shared>,
}

struct Shared {
    engine: EngineWeak,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    started: bool,
    asleep: bool,
}

/// A call is running; the clock ticks until the last of these is dropped.
pub(super) struct Running {
    shared: Arc<Shared>,
}

impl Clock {
    pub(super) fn new(engine: &Engine) -> Self {
        let shared =
            Shared { engine: engine.weak(), state: Mutex::new(State::default()), changed: Condvar::new() };
        Self { shared: Arc::new(shared) }
    }

    /// Says that a call begins. Fails when the system has no thread left, since nothing would bound the call.
    pub(super) fn enter(&self) -> std::io::Result<Running> {
        let mut state = self.shared.lock();
        if !state.started {
            let shared = Arc::clone(&self.shared);
            std::thread::Builder::new().name("guest-clock".to_owned()).spawn(move || shared.run())?;
            state.started = true;
        }
        state.running += 1;
        if state.asleep {
            self.shared.changed.notify_one();
        }
        drop(state);
        Ok(Running { shared: Arc::clone(&self.shared) })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.lock().running -= 1;
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends when the engine is gone, at the next call of a clock nobody can reach: never waits for more than a tick
    /// while a guest runs.
    fn run(&self) {
        let mut state = self.lock();
        let mut idle = 0;
        loop {
            idle = if state.running == 0 { idle + 1 } else { 0 };
            if idle > LINGER {
                state.asleep = true;
                while state.running == 0 {
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                state.asleep = false;
                idle = 0;
            }
            let waited = self.changed.wait_timeout(state, TICK).unwrap_or_else(PoisonError::into_inner);
            state = waited.0;
            let Some(engine) = self.engine.upgrade() else { return };
            engine.increment_epoch();
        }
    }
}
