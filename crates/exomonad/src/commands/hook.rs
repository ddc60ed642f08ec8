//! `exomonad hook`: answers one hook of a coding agent.
//!
//! Stdout carries the harness's own JSON and nothing else. The work runs on a thread of its own; when it is not done
//! by the deadline, or falls over, the answer follows the event's failure class all the same.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use exomonad_host::drop_logged;
use exomonad_host::exec::Cmd;
use exomonad_host::harness::{Answer, MAX_PAYLOAD_BYTES};
use exomonad_host::hook::{self, GuestSource, Outcome, Request};

use super::project::now_ms;
use crate::cli::HookArgs;
use crate::env::Env;
use crate::output::{self, Output};

/// How long a hook may take. Shorter than the 10 s after which the harness is told to give up on us.
const DEADLINE: Duration = Duration::from_secs(8);

pub(crate) fn run(env: &Env, output: &Output, args: &HookArgs) -> ExitCode {
    let (sender, receiver) = mpsc::channel();
    let (event, harness, work_env) = (args.event.clone(), args.harness, env.clone());
    let worker = std::thread::Builder::new().name("hook".to_owned()).spawn(move || {
        let payload = read_payload();
        let dirs: Vec<_> = work_env.project_dirs.iter().chain([&work_env.dir]).cloned().collect();
        let outcome = hook::answer(&Request {
            harness,
            event: &event,
            payload: &payload,
            dirs: &dirs,
            claimed: work_env.agent.as_deref(),
            search_path: &work_env.search_path,
            home: work_env.home.as_deref(),
            user_config: work_env.user_config().as_deref(),
            now_ms: now_ms(),
            guest: &GuestSource::Builtin,
        });
        drop_logged(sender.send(outcome), "hand over the answer");
    });
    drop_logged(worker.as_ref().map_err(ToString::to_string), "start the hook's thread");
    // The sender is gone without an answer only when the thread could not start or fell over.
    let Ok(outcome) = receiver.recv_timeout(DEADLINE) else {
        return give(&hook::late(args.harness, &args.event));
    };
    let Outcome { answer, warnings, wants_checkpoint } = outcome;
    for warning in &warnings {
        output.warn(warning);
    }
    let exit = give(&answer);
    if let Some(database) = wants_checkpoint {
        let tidy =
            Cmd::new(env.exe.as_str(), &env.dir, &env.search_path).args(["checkpoint", database.as_str()]);
        drop_logged(tidy.detach(), "start a checkpoint");
    }
    exit
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

fn give(answer: &Answer) -> ExitCode {
    if let Some(text) = &answer.stderr {
        output::raw(&format!("{}\n", output::clean(text)));
    }
    let mut code = answer.exit;
    if let Some(text) = &answer.stdout {
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
        // A decision that did not arrive is no decision: exit code 2 denies wherever it can.
        if let Err(err) = written {
            output::raw(&format!("failed to answer: {err}\n"));
            code = 2;
        }
    }
    ExitCode::from(code)
}
