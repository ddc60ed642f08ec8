//! Our own hook: no harness can tell of its own end.

use serde_json::json;

/// What the hook `worker-exit` is asked, in the words of every harness. `status` says how the harness ended.
pub(crate) fn worker_exit(session: &str, dir: &str, status: &str) -> String {
    json!({
        "hook_event_name": "WorkerExit",
        "session_id": session,
        "cwd": dir,
        "exit_status": status,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::worker_exit;
    use crate::contract::HookEvent;
    use crate::harness::Harness;

    #[test]
    fn every_harness_understands_that_it_ended() {
        let payload = worker_exit("s", "/w", "signal 9");
        for harness in Harness::ALL {
            let asked = harness.decode("worker-exit", payload.as_bytes()).unwrap();
            assert_eq!(asked.hook.event, HookEvent::WorkerExit("signal 9".to_owned()), "{harness}");
            assert_eq!((asked.hook.session.as_str(), asked.hook.cwd.as_str()), ("s", "/w"), "{harness}");
            assert!(asked.warnings.is_empty(), "{harness}: {:?}", asked.warnings);
        }
    }
}
