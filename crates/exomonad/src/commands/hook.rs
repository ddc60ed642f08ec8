//! `exomonad hook`: answers one hook of a coding agent.
//!
//! Stdout carries the harness's own JSON and nothing else. A watchdog answers by the event's failure class when the
//! work is not done by the deadline, such as when the harness never closes our stdin.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use exomonad_host::clock::Clock;
use exomonad_host::drop_logged;
use exomonad_host::engine::GuestSource;
use exomonad_host::exec::Cmd;
use exomonad_host::harness::{Answer, Harness, MAX_PAYLOAD_BYTES};
use exomonad_host::hook::{self, Outcome, Request};

use super::project::now_ms;
use crate::cli::HookArgs;
use crate::env::Env;
use crate::output::{self, Output};

/// How long a hook may take. Shorter than the 10 s after which the harness is told to give up on us.
const DEADLINE: Duration = Duration::from_secs(8);

/// A decision that did not arrive is no decision: exit code 2 denies wherever it can.
const REFUSED: u8 = 2;

pub(crate) fn run(env: &Env, output: &Output, args: &HookArgs) -> ExitCode {
    let turn = Arc::new(AtomicBool::new(true));
    let watchdog = Watchdog { turn: Arc::clone(&turn), harness: args.harness, event: args.event.clone() };
    let watching = std::thread::Builder::new().name("watchdog".to_owned()).spawn(move || watchdog.watch());
    drop_logged(watching, "start the watchdog");
    let payload = read_payload();
    let Outcome { answer, warnings, handed_over, wants_checkpoint } = hook::answer(&Request {
        harness: args.harness,
        event: &args.event,
        payload: &payload,
        project_dir: env.project_dir.as_deref(),
        messaging_socket: env.messaging_socket.as_deref(),
        dir: &env.dir,
        claimed: env.agent.as_deref(),
        traceparent: env.surroundings.variable("TRACEPARENT"),
        search_path: &env.search_path,
        home: env.home.as_deref(),
        user_config: env.user_config().as_deref(),
        clock: Clock::new(now_ms),
        guest: &GuestSource::Builtin,
    });
    if !turn.swap(false, Ordering::SeqCst) {
        // The watchdog is answering, and ends the process when it has.
        loop {
            std::thread::park();
        }
    }
    for warning in &warnings {
        output.warn(warning);
    }
    let given = give(&answer);
    if let Some(handed_over) = &handed_over {
        match &given {
            Ok(_) => handed_over.written(now_ms()),
            Err(_) => handed_over.give_back("the harness did not take the answer", now_ms()),
        }
    }
    let exit = given.unwrap_or(REFUSED);
    if let Some(database) = wants_checkpoint {
        let tidy =
            Cmd::new(env.exe.as_str(), &env.dir, &env.search_path).args(["checkpoint", database.as_str()]);
        drop_logged(tidy.detach(), "start a checkpoint");
    }
    ExitCode::from(exit)
}

/// Answers when nobody else did in time.
struct Watchdog {
    /// Whoever takes it answers.
    turn: Arc<AtomicBool>,
    harness: Option<Harness>,
    event: String,
}

impl Watchdog {
    /// The work cannot be interrupted, and the harness waits for the process to end: this is the one place that exits.
    fn watch(&self) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            std::thread::park_timeout(left);
        }
        if self.turn.swap(false, Ordering::SeqCst) {
            let given = give(&hook::late(self.harness, &self.event));
            std::process::exit(given.unwrap_or(REFUSED).into());
        }
    }
}

/// Reads the whole question, but keeps no more than can be answered: the harness is not left with a full pipe.
fn read_payload() -> Vec<u8> {
    let cap = u64::try_from(MAX_PAYLOAD_BYTES).unwrap_or(u64::MAX);
    let mut stdin = io::stdin().lock();
    let mut payload = Vec::with_capacity(4096);
    let read = stdin.by_ref().take(cap + 1).read_to_end(&mut payload);
    let rest = read.and_then(|_| io::copy(&mut stdin, &mut io::sink()));
    drop_logged(rest, "read the harness's question");
    payload
}

/// Prints an answer and returns the exit code. Fails when the harness did not take all of it.
fn give(answer: &Answer) -> io::Result<u8> {
    if let Some(text) = &answer.stderr {
        output::raw(&format!("{}\n", output::clean(text)));
    }
    if let Some(text) = &answer.stdout {
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        if let Err(err) = written {
            output::raw(&format!("failed to answer: {err}\n"));
            return Err(err);
        }
    }
    Ok(answer.exit)
}
