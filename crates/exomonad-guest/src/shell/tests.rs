//! The parser and the walk, over what people and attackers write.

use proptest::prelude::*;

use super::{Place, Value, steps};

fn place() -> Place {
    Place {
        cwd: "/repo/sub".to_owned(),
        home: Some("/home/user".to_owned()),
        workspace: "/repo".to_owned(),
        git_dir: "/repo/.git".to_owned(),
    }
}

/// The programs that a command runs, one a line, redirections after `>`.
fn programs(command: &str) -> Vec<String> {
    steps(command, &place())
        .unwrap_or_else(|error| panic!("{command}: {error:?}"))
        .iter()
        .map(|step| {
            let words: Vec<String> = step.argv.iter().map(Value::shown).collect();
            let writes = step.writes.iter().map(|value| format!(" >{}", value.shown()));
            words.join(" ") + &writes.collect::<String>()
        })
        .collect()
}

fn check(command: &str, expected: &[&str]) {
    assert_eq!(programs(command), expected, "{command}");
}

#[test]
fn quotes_and_escapes_disappear() {
    check(r#"a'b'"c"\d $'\x65\n'"#, &["abcd e\n"]);
    check("a\\\nb", &["ab"]);
    check("echo # no > comment", &["echo"]);
    check("echo a#b", &["echo a#b"]);
}

#[test]
fn lists_pipelines_and_compounds_are_followed() {
    check("a && b || c; d & e | f |& g\nh", &["a", "b", "c", "d", "e", "f", "g", "h"]);
    check("if a; then b; elif c; then d; else e; fi", &["a", "b", "c", "d", "e"]);
    check("while a; do b; done; until c; do d; done", &["a", "b", "c", "d"]);
    check("for x in 1 2; do a $x; done", &["a 1", "a 2"]);
    check("case $x in a|b) c;; (d) e;; *) f; esac", &["c", "e", "f"]);
    check("f() { a \"$1\"; }; f b", &["a b"]);
    check("(a; { b; }) > c", &[" >c", "a", "b"]);
    check("! a; time b; [[ x > y && -f z ]] && c", &["a", "b", "c"]);
    check("((x > 1)) && a", &["x >1", "a"]);
}

#[test]
fn redirections_that_write_are_told_from_those_that_read() {
    check("a <b >c 2>>d &>e >|f <>g 2>&1 <<<h", &["a >c >d >e >f >g"]);
    check("a <<E >b\n$(c)\nE\nd", &["c", "a >b", "d"]);
    check("a <<'E'\n$(c)\nE\nd", &["a", "d"]);
    check("a <<-E\n\tx\n\tE\nd", &["a", "d"]);
}

#[test]
fn expansions_are_known_as_far_as_they_can_be() {
    check("X=a; Y=$X/b; c $Y \"${X}z\" $Z", &["c a/b az $"]);
    check("a ~/x $HOME $PWD `b`", &["b", "a /home/user/x /home/user /repo/sub $"]);
    check("a {b,c}d{1..3}", &["a bd1 bd2 bd3 cd1 cd2 cd3"]);
    check("a x*y? [ab]c", &["a x*y? [ab]c"]);
    check("X='a b'; $X; \"$X\"", &["a b", "a b"]);
    check("a $(echo b)c $((1+2))", &["echo b", "a bc $"]);
    check("rm${IFS}-rf${IFS}x", &["rm -rf x"]);
}

#[test]
fn commands_inside_commands_are_followed() {
    check("bash -lc 'a; b'", &["a", "b", "bash -lc a; b"]);
    check("env -i A=1 nice -n 5 a b", &["env -i A=1 nice -n 5 a b", "nice -n 5 a b", "a b"]);
    check("echo x y | xargs -n1 a", &["echo x y", "xargs -n1 a", "a x y"]);
    check("find d -exec a {} \\;", &["find d -exec a {} ;", "a d"]);
    check("eval \"a $HOME\"", &["a /home/user", "eval a /home/user"]);
    check("echo 'a b' | sh", &["echo a b", "a b", "sh"]);
}

#[test]
fn a_directory_that_may_not_exist_leaves_two_places() {
    let last = |command: &str| {
        let steps = steps(command, &place()).unwrap();
        let dirs = steps.last().unwrap().dirs.clone();
        dirs.iter().map(|dir| dir.clone().unwrap().join("/")).collect::<Vec<_>>()
    };
    assert_eq!(last("cd /x && a"), ["x"]);
    assert_eq!(last("cd /x || exit 1; a"), ["x"]);
    assert_eq!(last("cd /x; a"), ["x", "repo/sub"]);
    assert_eq!(last("(cd /x); a"), ["repo/sub"]);
}

#[test]
fn what_does_not_end_is_unparseable() {
    for command in ["a 'b", "a \"b", "a $(b", "(a", "{ a", "if a", "a )", "a `b", "a >", "for x in"] {
        assert!(steps(command, &place()).is_err(), "{command}");
    }
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow() {
    for (open, close) in
        [("$(", ")"), ("( ", ")"), ("{ ", "; }"), ("\"$(", ")\""), ("${x:-", "}"), ("{a,", "}")]
    {
        let command = open.repeat(5_000) + "x" + &close.repeat(5_000);
        assert!(steps(&command, &place()).is_err(), "{open}");
    }
    check(&("((".repeat(5_000) + "x" + &"))".repeat(5_000)), &[]);
}

#[test]
fn long_input_takes_time_in_proportion() {
    for part in [
        "a b; ",
        "a | ",
        "x{1,2}",
        "$(a)",
        "`a`",
        "X=a$X$X; ",
        "((",
        "[",
        "{",
        "a=b ",
        "<<E ",
        "*(",
        "\\",
        "f(){ ",
    ] {
        drop(steps(&part.repeat(20_000), &place()));
    }
}

proptest! {
    #[test]
    fn any_text_is_survived(text in "\\PC*") {
        drop(steps(&text, &place()));
    }

    #[test]
    fn any_shell_like_text_is_survived(
        parts in proptest::collection::vec(
            prop::sample::select(vec![
                "a", " ", "\n", ";", "&", "&&", "||", "|", "(", ")", "{", "}", "'", "\"", "$", "$(", "${", "$((", "))",
                "`", "\\", "<", ">", "<<E", "<<-'E'", "E\n", "if ", "then ", "fi", "for x in ", "do ", "done", "case ",
                "in ", "esac", ";;", "[[", "]]", "[", "]", "*", "?", "~", "=", "x=", "{a,b}", "{1..9}", "function f ",
                "cd ..", "eval ", "bash -c ", "xargs ", "find . -exec ", "!", "#", ",", "f(){ f; }; f",
            ]),
            0..40,
        )
    ) {
        drop(steps(&parts.concat(), &place()));
    }
}
