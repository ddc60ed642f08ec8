//! Texts that cannot be edited, and texts that hardly can.

use super::*;

#[test]
fn a_wrong_type_on_the_path_is_named_with_its_place() {
    let hooks = [hook("exomonad", "Stop")];
    for (text, expected) in [
        ("{\n  \"hooks\": []\n}", "2:12 `hooks` is an array, not an object"),
        ("{\"hooks\": null}", "1:11 `hooks` is null, not an object"),
        ("{\"hooks\": {\"Stop\": \"x\"}}", "1:20 `hooks.Stop` is a string, not an array"),
        ("[]", "1:1 `the top level` is an array, not an object"),
        ("\"é\"", "1:1 `the top level` is a string, not an object"),
    ] {
        assert_eq!(refused(text, Dialect::Strict, &hooks), expected);
    }
}

#[test]
fn a_repeated_key_on_the_path_is_named_and_elsewhere_is_the_users_affair() {
    let hooks = [hook("exomonad", "Stop")];
    let twice = "{\"hooks\": {},\n \"hooks\": {}}";
    assert_eq!(refused(twice, Dialect::Strict, &hooks), "2:2 the key `hooks` stands there twice");
    let escaped = r#"{"hooks": {}, "\u0068ooks": {}}"#;
    assert_eq!(refused(escaped, Dialect::Strict, &hooks), "1:15 the key `hooks` stands there twice");
    let elsewhere = r#"{"a": 1, "a": 2, "hooks": {"Mine": [], "Mine": []}}"#;
    assert_eq!(there_and_back(elsewhere, &hooks), elsewhere);
}

#[test]
fn text_its_program_would_refuse_is_refused() {
    let hooks = [hook("exomonad", "Stop")];
    for text in
        ["{", "{\"a\": }", "{\"a\": 1,}", "{'a': 1}", "{a: 1}", "{\"a\": 0x1}", "{} {}", "{\"a\": \"\n\"}"]
    {
        add(text, Dialect::Strict, &hooks, &Known::nothing()).expect_err(text);
    }
    for text in ["{", "{\"a\": }", "{\"a\": 1,}", "{'a': 1}", "{\"a\" 1}", "{} {}", "/* {}"] {
        add(text, Dialect::Comments, &hooks, &Known::nothing()).expect_err(text);
    }
    assert!(refused("// no\n{}", Dialect::Strict, &hooks).starts_with("1:"));
    assert!(
        refused("{\n \"a\": 1\n \"b\": 2}", Dialect::Strict, &hooks)
            .ends_with("the file is not valid: expected comma")
    );
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    add(&deep, Dialect::Strict, &hooks, &Known::nothing()).expect_err("too deep");
    remove(&deep, &Known::nothing()).expect_err("too deep");
}

#[test]
fn entries_come_out_of_a_file_its_program_refuses() {
    let text = added("{\n  \"a\": 1\n}\n", &wanted());
    let text = text.replace("\"a\": 1", "// mine\n  \"a\": 1").replace("\n}\n", ",\n}\n");
    let known = outline("{}", &wanted()).expect("readable");
    assert_eq!(remove(&text, &known).expect("readable").0, "{\n  // mine\n  \"a\": 1,\n}\n");
}

#[test]
fn numbers_and_escapes_of_the_user_stay_as_written() {
    let text = "{\"big\": 123456789012345678901234567890.10e+400, \"z\": -0.0, \"é\\u00e9\\/\": \"\\ud83d\\ude00 ☃\",\n\
                \"hooks\": {\"Stop\": [{\"timeout\": 1e999, \"hooks\": [{\"command\": \"exomonad hook\"}]}]}}";
    let after = added(text, &wanted());
    assert!(after.starts_with("{\"big\": 123456789012345678901234567890.10e+400, \"z\": -0.0, \"é\\u00e9\\/\": \"\\ud83d\\ude00 ☃\",\n"));
    assert_eq!(there_and_back("{\"n\": 1e999}", &wanted()), "{\"n\": 1e999}");
}

#[test]
fn what_the_user_has_already_is_neither_added_nor_removed() {
    let text = "{\n  \"permissions\": {\"deny\": [\"Edit(//p/.exomonad/**)\"]}\n}\n";
    assert_eq!(there_and_back(text, &wanted()), text);
    let hooks = "{\"hooks\": {\"Stop\": [\n  {\"hooks\": [{\"command\": \"x\"}]},\n  {\"hooks\": [{\"command\": \"x\"}]}\n]}}";
    assert_eq!(there_and_back(hooks, &wanted()), hooks);
}

#[test]
fn empty_containers_of_the_user_stay() {
    let text = "{\"hooks\": {}, \"permissions\": {\"deny\": []}}";
    assert_eq!(there_and_back(text, &wanted()), text);
}

#[test]
fn a_container_the_user_wrote_a_comment_into_stays() {
    let after = added("{}", &[hook("exomonad", "Stop")]);
    let text = after.replace("\"hooks\": {\n", "\"hooks\": { // keep\n");
    let known = outline("{}", &[hook("exomonad", "Stop")]).expect("readable");
    assert_eq!(remove(&text, &known).expect("readable").0, "{\n  \"hooks\": { // keep\n  }\n}");
}

#[test]
fn a_file_the_user_changed_the_type_in_is_left_alone() {
    for text in ["[]", "{\"hooks\": 3}", "\"x\"", "", "{\"hooks\": {\"Stop\": null}}"] {
        let known = outline("{}", &wanted()).expect("readable");
        assert_eq!(remove(text, &known).expect("readable").0, text);
    }
}
