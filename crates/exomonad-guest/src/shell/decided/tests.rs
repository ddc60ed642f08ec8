//! What people and agents write around a command that has to pass.

use proptest::prelude::*;

use super::decided;
use crate::shell::Place;

fn verify() -> Vec<String> {
    let commands = [
        "cargo test",
        "cargo fmt --check && cargo clippy -- -D warnings",
        "RUSTFLAGS=-Dwarnings cargo build",
        "! grep -r TODO src",
        "pytest tests/*.py -k 'a b'",
        "npm test | tee log",
        "make a || make b",
        "cd sub && make",
    ];
    commands.map(str::to_owned).into()
}

fn found_in(cwd: &str, line: &str) -> Vec<String> {
    let place = Place {
        cwd: cwd.to_owned(),
        home: Some("/home/user".to_owned()),
        workspace: "/home/user/repo".to_owned(),
        git_dir: "/home/user/repo/.git".to_owned(),
    };
    decided(line, &place, &verify()).into_iter().map(ToOwned::to_owned).collect()
}

#[track_caller]
fn check(line: &str, expected: &[&str]) {
    assert_eq!(found_in("/home/user/repo", line), expected, "{line}");
}

#[test]
fn a_command_that_decides_counts_however_it_is_written() {
    for line in [
        "cargo test",
        "  cargo   test  ",
        "cargo 'test'",
        "cargo test 2>&1",
        "cargo test > /tmp/log 2>&1",
        "RUST_BACKTRACE=1 cargo test",
        "env A=b C=d cargo test",
        "time cargo test",
        "timeout 300 cargo test",
        "command cargo test",
        "# the tests\ncargo test",
        "touch new; cargo test",
        "touch new\ncargo test",
        "cargo build && cargo test",
        "false || true && cargo test",
        "cd /home/user/repo && cargo test",
        "cd ~/repo && cargo test",
        "cd sub && cd .. && cargo test",
        "cd sub; cd ..; cargo test",
        "(cd sub && touch x); cargo test",
        "(cargo test)",
        "(cd . && cargo test)",
        "{ cargo test; }",
        "if true; then touch x; fi; cargo test",
        "sleep 9 & cargo test",
        "cargo test && git add -A && git commit -m 'tests pass'",
        "cargo test && echo passed",
        "source venv/bin/activate && cargo test",
    ] {
        check(line, &["cargo test"]);
    }
}

#[test]
fn a_line_that_ends_well_whatever_became_of_the_command_proves_nothing() {
    for line in [
        "cargo test || true",
        "cargo test | tail",
        "cargo test; echo done",
        "cargo test\ngit status",
        "cargo test &",
        "! cargo test",
        "cargo test || cargo test --lib",
        "cargo test && echo ok || true",
        "true || cargo test",
        "if cargo test; then :; fi",
        "for x in 1; do cargo test; done; true",
        "echo cargo test",
        "echo \"$(cargo test)\"",
        "cargo() { true; }; cargo test",
        "alias cargo=true; cargo test",
        "exit 0; cargo test",
        "true && exit 0; cargo test",
        "trap 'exit 0' EXIT; cargo test",
        "PATH=/tmp/fake cargo test",
        "cargo test --no-run",
        "cargo test $EXTRA",
        "cargo \"$WHAT\"",
        "cargo test && touch x",
        "cargo test && echo x > file",
        "cargo test && cargo fmt",
        "cargo test '",
        "",
    ] {
        check(line, &[]);
    }
}

#[test]
fn a_command_in_another_directory_is_another_command() {
    for line in [
        "cd sub && cargo test",
        "cd sub; cargo test",
        "cd && cargo test",
        "cd - && cargo test",
        "cd \"$X\"; cargo test",
        "pushd sub; cargo test",
        "{ cd sub; }; cargo test",
        "(cd sub && cargo test)",
    ] {
        check(line, &[]);
    }
    assert!(found_in("/home/user/repo/sub", "cargo test").is_empty());
    assert!(found_in("/tmp", "cd sub && cargo test").is_empty());
    assert_eq!(found_in("/home/user/repo/sub", "cd .. && cargo test"), ["cargo test"]);
}

#[test]
fn commands_with_an_operator_of_their_own_are_found_as_a_whole() {
    let lints = "cargo fmt --check && cargo clippy -- -D warnings";
    check(lints, &[lints]);
    check(&format!("{lints} && cargo test"), &[lints, "cargo test"]);
    check(&format!("cargo test && cd . && {lints} 2>&1"), &[lints]);
    check("cargo fmt --check; cargo clippy -- -D warnings", &[]);
    check("cargo clippy -- -D warnings", &[]);
    check("A=1 RUSTFLAGS=-Dwarnings cargo build", &["RUSTFLAGS=-Dwarnings cargo build"]);
    check("cargo build", &[]);
    check("true && ! grep -r TODO src", &["! grep -r TODO src"]);
    check("grep -r TODO src", &[]);
    check("pytest tests/*.py -k \"a b\"", &["pytest tests/*.py -k 'a b'"]);
    check("pytest 'tests/*.py' -k 'a b'", &[]);
    check("true; npm test | tee log", &["npm test | tee log"]);
    check("make a || make b", &["make a || make b"]);
    check("true && make a || make b", &[]);
    check("true && cd sub && make", &["cd sub && make"]);
}

proptest! {
    #[test]
    fn any_text_is_judged_and_what_hides_the_status_is_never_counted(text in "\\PC{0,60}") {
        found_in("/home/user/repo", &text);
        let hidden = format!("cargo test; true {text}");
        let found = found_in("/home/user/repo", &hidden);
        // The text may itself end in the command.
        prop_assert!(found.is_empty() || text.contains("cargo") || text.contains("make"), "{}", hidden);
    }
}
