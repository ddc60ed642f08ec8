//! This test program, run once more as a process that spawns an agent and is killed at it.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Once;

use camino::Utf8Path;
use exomonad_host::agent::{AgentName, Step, spawn};
use exomonad_host::contract::WorkspaceKind;
use rustix::process::{Signal, getpid, kill_process};

use super::place::{At, KINDS, Place, request, site};

/// What the other process does: the directory, the kind, the step at which it kills itself, and the variables.
const ACT: &str = "EXOMONAD_TEST_SPAWN";

/// A process that spawns `api` below the root.
pub(super) struct Spawner(Child);

impl Spawner {
    /// Starts one; with a step, it kills itself as that begins.
    #[expect(clippy::disallowed_methods, reason = "a process that a test kills at any time")]
    pub(super) fn start(place: &Place, kind: WorkspaceKind, killed_at: Option<Step>) -> Self {
        let kind = KINDS.iter().position(|known| *known == kind).unwrap();
        let variables = serde_json::to_string(&place.variables()).unwrap();
        let step = killed_at.map_or("none", Step::name);
        let act = format!("{} {kind} {step} {variables}", place.project.dir());
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "spawn::helper::this_program_spawns_when_it_is_asked_to", "--nocapture"])
            .env(ACT, act)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// Kills it, and waits for its end.
    pub(super) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Waits for its end.
    pub(super) fn wait(&mut self) -> ExitStatus {
        self.0.wait().unwrap()
    }
}

impl Drop for Spawner {
    fn drop(&mut self) {
        if self.0.try_wait().unwrap().is_none() {
            self.kill();
        }
    }
}

/// Does nothing when no test asked for it: it is the entry of [`Spawner`]'s process and no test itself.
#[test]
#[expect(clippy::disallowed_methods, reason = "nobody else reads what a test tells its helper")]
fn this_program_spawns_when_it_is_asked_to() {
    let Ok(asked) = std::env::var(ACT) else { return };
    let mut parts = asked.splitn(4, ' ');
    let mut next = || parts.next().unwrap();
    let (dir, kind, step, variables) = (next(), next(), next(), next());
    let site = site(Utf8Path::new(dir), serde_json::from_str(variables).unwrap());
    let killed_at = Step::named(step);
    let follower = At(|step| {
        static KILL: Once = Once::new();
        if Some(step) == killed_at {
            KILL.call_once(|| kill_process(getpid(), Signal::KILL).unwrap());
        }
        Ok(())
    });
    spawn(&site, &AgentName::root(), &request(KINDS[kind.parse::<usize>().unwrap()]), &follower).unwrap();
}
