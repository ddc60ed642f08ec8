//! Programs that the guest runs.

use std::time::{Duration, Instant};

use super::{Fixture, done, fixture, put, refusal, refused};
use crate::contract::EffectErrorKind;
use crate::contract::process::{Host, Output};
use crate::effects::{Failure, World};
use crate::engine::{Limits, Meter, Stop};

/// Long enough for any machine.
const LONG: u32 = 60_000;

fn allowing(programs: &[&str]) -> Fixture {
    let mut f = fixture();
    f.services.programs = programs.iter().map(|&program| program.to_owned()).collect();
    f
}

fn run(world: &mut World, argv: &[&str], timeout_ms: u32) -> Result<Output, Failure> {
    world.run(argv.iter().map(|&arg| arg.to_owned()).collect(), timeout_ms, 1 << 20)
}

fn shell(f: &Fixture, script: &str, timeout_ms: u32) -> Result<Output, Failure> {
    run(&mut f.world_of("one", None, &Stop::default()), &["sh", "-c", script], timeout_ms)
}

#[test]
fn a_program_runs_in_the_workspace_with_a_small_environment_and_no_input() {
    let mut f = allowing(&["sh"]);
    f.services.home = Some("/the/home".into());
    let output =
        done(shell(&f, "pwd; cat; env | grep -v ^PWD= | grep -v ^_= | grep -v ^SHLVL= | sort; exit 3", LONG));
    let expect = format!("{}\nHOME=/the/home\nLANG=C.UTF-8\nPATH=/usr/bin:/bin\n", f.root());
    assert_eq!((output.exit_code, String::from_utf8(output.stdout).unwrap()), (Some(3), expect));
    let killed = done(shell(&f, "printf '\\377' >&2; kill -9 $$", LONG));
    assert_eq!((killed.exit_code, killed.stderr.as_slice(), killed.truncated), (None, &[255][..], false));
}

#[test]
fn only_what_the_user_allowed_is_run_and_only_by_its_name() {
    let f = allowing(&["sh"]);
    let mut world = f.world_of("one", None, &Stop::default());
    let unknown = refusal(run(&mut world, &["touch", "x"], LONG));
    assert_eq!(unknown.kind, EffectErrorKind::PermissionDenied);
    assert_eq!(unknown.message, "the project's configuration does not allow the program `touch`");
    assert!(unknown.hint.unwrap().contains("`process.allow`"));
    for path in ["/bin/sh", "./sh", "../sh"] {
        let refusal = refusal(run(&mut world, &[path, "-c", "true"], LONG));
        assert_eq!(refusal.message, format!("`{path}` is a path; a program is run by its name"));
        assert_eq!(refusal.kind, EffectErrorKind::PermissionDenied);
    }
    assert_eq!(refused(run(&mut world, &[], LONG)), EffectErrorKind::InvalidInput);
    assert_eq!(refused(run(&mut world, &["sh", "a\0b"], LONG)), EffectErrorKind::InvalidInput);
    assert_eq!(refused(run(&mut world, &["sh", "-c", "true"], 0)), EffectErrorKind::InvalidInput);
}

#[test]
fn a_program_in_the_workspace_does_not_stand_in_for_an_allowed_one() {
    let mut f = allowing(&["allowed"]);
    f.services.search_path = format!(".::bin:{}", f.services.search_path);
    put(&f.root().join("allowed"), b"#!/bin/sh\n");
    std::fs::set_permissions(f.root().join("allowed"), std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .unwrap();
    let refusal = refusal(run(&mut f.world_of("one", None, &Stop::default()), &["allowed"], LONG));
    assert_eq!(
        (refusal.kind, refusal.message.as_str()),
        (EffectErrorKind::Unavailable, "`allowed` is not installed")
    );
}

#[test]
fn a_hook_has_no_time_to_wait_for_a_program() {
    let mut f = allowing(&["sh"]);
    f.world = World::new(f.services.clone(), f.cx.clone(), Meter::start(Limits::default(), Stop::default()));
    let refusal = refusal(run(&mut f.world, &["sh", "-c", "touch ran"], LONG));
    assert_eq!(
        (refusal.kind, refusal.message.as_str()),
        (EffectErrorKind::Timeout, "this call may not wait for a program")
    );
    assert!(!f.root().join("ran").exists());
}

#[test]
fn outputs_are_cut_at_the_cap_and_the_program_still_ends() {
    let f = allowing(&["sh"]);
    let argv = ["sh", "-c", "head -c 3000000 /dev/zero; echo err >&2; exit 4"].map(str::to_owned).to_vec();
    let output = done(f.world_of("one", None, &Stop::default()).run(argv, LONG, 10));
    assert_eq!((output.stdout.len(), output.stderr.as_slice()), (10, &b"err\n"[..]));
    assert_eq!((output.truncated, output.exit_code), (true, Some(4)));
}

#[test]
fn a_late_program_is_killed_with_its_children() {
    let f = allowing(&["sh"]);
    // Neither asks for its end nor lets its pipe go.
    let refusal = refusal(shell(
        &f,
        "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ > child; while :; do sleep 60; done' & wait",
        2000,
    ));
    assert_eq!(refusal.kind, EffectErrorKind::Timeout);
    assert_eq!(refusal.message, "`sh` did not end within 2000 ms");
    assert_gone(&f, "child");
}

#[test]
fn what_a_program_leaves_behind_does_not_keep_it_from_ending_and_is_killed() {
    let f = allowing(&["sh"]);
    let output = done(shell(
        &f,
        "sh -c 'echo $$ > child; exec sleep 600' & while [ ! -s child ]; do :; done; echo out",
        LONG,
    ));
    assert_eq!((output.stdout.as_slice(), output.exit_code), (&b"out\n"[..], Some(0)));
    assert_gone(&f, "child");
}

#[test]
fn a_program_that_closed_its_outputs_is_waited_for() {
    let f = allowing(&["sh"]);
    let output = done(shell(&f, "exec >&- 2>&-; sleep 0.2; echo > late; exit 5", LONG));
    assert_eq!(output.exit_code, Some(5));
    assert!(f.root().join("late").exists());
}

#[test]
fn a_stopped_call_ends_its_program() {
    let f = allowing(&["sh"]);
    let stop = Stop::default();
    let mut world = f.world_of("one", None, &stop);
    std::thread::scope(|scope| {
        let running = scope.spawn(|| run(&mut world, &["sh", "-c", "echo $$ > child; sleep 600"], LONG));
        wait_for(|| std::fs::read_to_string(f.root().join("child")).is_ok_and(|text| text.ends_with('\n')));
        stop.stop();
        let refusal = refusal(running.join().unwrap());
        assert_eq!((refusal.kind, refusal.message.as_str()), (EffectErrorKind::Failed, "`sh` was stopped"));
    });
    assert_gone(&f, "child");
}

/// Its new parent may take a moment to reap it.
#[track_caller]
fn assert_gone(f: &Fixture, file: &str) {
    let pid = std::fs::read_to_string(f.root().join(file)).unwrap();
    let stat = format!("/proc/{}/stat", pid.trim());
    wait_for(|| std::fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z ")));
}

#[track_caller]
fn wait_for(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never happened");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
