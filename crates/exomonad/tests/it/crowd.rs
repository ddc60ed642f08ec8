//! Many at once, and some that die.

use exomonad_testkit::process::End;

use crate::support::{ask, exomonad, set_up};

fn count(project: &exomonad_testkit::project::Project, kind: &str) -> usize {
    let arguments = ["events", "--json", "--limit", "10000", "--kind", kind];
    exomonad(project, &arguments).output().require_success().stdout.lines().count()
}

#[test]
fn two_hundred_hooks_at_once_all_answer_and_lose_no_event() {
    let project = set_up();
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..200)
            .map(|index| {
                let project = &project;
                scope.spawn(move || {
                    let attack = index % 2 == 0;
                    let output = ask(project, if attack { "rm -rf .exomonad" } else { "ls" });
                    assert_eq!(output.end, End::Code(0), "{}", output.stderr);
                    assert_eq!(output.stdout.contains("deny"), attack, "{}", output.stdout);
                    assert_eq!(output.stderr, "");
                })
            })
            .collect();
        for thread in asked {
            thread.join().unwrap();
        }
    });
    assert_eq!(count(&project, "hook.pre-tool-use"), 200);
    let health = exomonad(&project, &["doctor", "--json"]).output();
    assert!(health.stdout.contains("sound; you are `root`"), "{}", health.stdout);
}

#[test]
fn the_write_ahead_log_stays_small_without_anybody_else() {
    let project = set_up();
    for _ in 0..150 {
        drop(ask(&project, "ls"));
    }
    let wal = project.dir().join(".exomonad/state.db-wal");
    let begun = std::time::Instant::now();
    while std::fs::metadata(&wal).unwrap().len() > 1 << 20 {
        assert!(begun.elapsed().as_secs() < 30, "nobody tidied up");
        drop(ask(&project, "ls"));
    }
    assert!(count(&project, "hook.pre-tool-use") >= 150);
}

#[test]
fn hooks_that_are_killed_leave_a_sound_database() {
    let project = set_up();
    std::thread::scope(|scope| {
        for delay in 0..40_u64 {
            let project = &project;
            scope.spawn(move || {
                let question = crate::support::question(project, "ls");
                let run = exomonad(project, &["hook", "pre-tool-use", "--harness", "claude"]).input(question);
                drop(run.limit(std::time::Duration::from_micros(200 * delay)).output());
            });
        }
    });
    let health = exomonad(&project, &["doctor", "--json"]).output();
    assert!(health.stdout.contains("sound; you are `root`"), "{}", health.stdout);
}
