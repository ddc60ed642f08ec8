//! `exomonad call`.

use exomonad_testkit::process::{End, Output};
use exomonad_testkit::project::Project;

use crate::support::{bare, exomonad, set_up, transcript};

fn call(project: &Project, arguments: &[&str]) -> Output {
    exomonad(project, &[&["call"], arguments].concat()).output()
}

#[test]
fn an_unknown_tool_is_named_with_the_role() {
    let project = set_up();
    let output = call(&project, &["no_such_tool"]);
    assert_eq!((output.end, output.stdout.as_str()), (End::Code(1), ""));
    assert!(output.stderr.starts_with("error: role `tl` has no tool `no_such_tool`\n"), "{output}");
    assert!(output.stderr.contains("\nhint: "), "{output}");
}

#[test]
fn arguments_that_are_no_object_are_wrong_usage() {
    let project = set_up();
    expect_test::expect![[r#"
        Code(2)
        --- stdout
        --- stderr
        error: what `--args` says is not a JSON object: invalid type: sequence, expected a map at line 1 column 0

        hint: an object looks like this: --args '{"name": "value"}'
    "#]]
    .assert_eq(&transcript(&project, &call(&project, &["whoami", "--args", "[1]"])));
    let piped = exomonad(&project, &["call", "whoami", "--args", "-"]).input("{").output();
    assert_eq!(piped.end, End::Code(2));
    assert!(piped.stderr.contains("what stdin holds is not a JSON object"), "{piped}");
    assert_eq!(call(&project, &[]).end, End::Code(2));
}

#[test]
fn a_call_needs_a_project_and_an_agent_of_it() {
    let project = bare();
    let output = call(&project, &["whoami"]);
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("is not set up for exomonad"), "{output}");
    assert!(output.stderr.contains("hint: run `exomonad init` in"), "{output}");
    let project = set_up();
    let output = call(&project, &["whoami", "--agent", "nobody"]);
    assert_eq!(output.end, End::Code(1));
    assert!(output.stderr.contains("this project has no agent `nobody`"), "{output}");
    let elsewhere = exomonad(&project, &["call", "no_such_tool", "--dir", project.dir().as_str()]);
    let output = elsewhere.dir(project.temp()).output();
    assert!(output.stderr.contains("role `tl` has no tool"), "the directory says who it is: {output}");
}
