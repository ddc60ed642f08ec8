//! `exomonad tools`.

use exomonad_testkit::process::End;
use exomonad_testkit::project::Project;
use serde_json::Value;

use crate::support::{exomonad, transcript};

#[test]
fn tools_need_no_project() {
    let project = Project::new();
    let tools = |arguments: &[&str]| {
        let arguments = [&["tools"], arguments].concat();
        exomonad(&project, &arguments).dir(project.temp()).output().require_success().stdout
    };
    let text = tools(&[]);
    let json: Value = serde_json::from_str(&tools(&["--json"])).unwrap();
    assert_eq!(json["schema"], 1);
    let roles = json["roles"].as_array().unwrap();
    let names: Vec<&str> = roles.iter().map(|role| role["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["tl", "dev", "worker"]);
    for role in roles {
        let name = role["name"].as_str().unwrap();
        assert!(text.contains(&format!("{name}: ")), "{text}");
        let only = tools(&["--role", name]);
        assert!(only.starts_with(&format!("{name}: ")), "{only}");
        for tool in role["tools"].as_array().unwrap() {
            let line = format!("  {}  ", tool["name"].as_str().unwrap());
            assert!(only.contains(line.trim_end()), "{only}");
            assert_eq!(tool["input_schema"]["type"], "object");
        }
    }
}

#[test]
fn an_unknown_role_is_answered_with_the_known_ones() {
    let project = Project::new();
    let output = exomonad(&project, &["tools", "--role", "boss"]).output();
    assert_eq!(output.end, End::Code(1));
    expect_test::expect![[r#"
        Code(1)
        --- stdout
        --- stderr
        error: the guest has no role `boss`

        hint: pass --role with one of: tl, dev, worker
    "#]]
    .assert_eq(&transcript(&project, &output));
}
