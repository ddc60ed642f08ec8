//! With the record, every byte comes back, whatever it was.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn settings() -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        "[1-9][0-9]{0,30}",
        Just("null".to_owned()),
        Just("\"\\u00e9 \\\\ //\"".to_owned()),
        Just("[ ]".to_owned()),
        Just("{\n}".to_owned()),
        Just("[{\"hooks\": [{\"command\": \"mine\"}]}]".to_owned()),
    ];
    let name = prop_oneof!["[a-z]{1,3}", Just("other".to_owned())];
    let space = prop_oneof![Just(""), Just(" "), Just("\n  "), Just("\r\n\t")];
    let member = (space.clone(), name, space.clone(), leaf.boxed(), space.clone());
    let hooks = prop_oneof![
        Just(""),
        Just("\"hooks\": {}"),
        Just("\"hooks\": {\n    \"Stop\": [ ]\n  }"),
        Just("\"hooks\": {\"Stop\": [{\"hooks\": [{\"command\": \"mine\"}]}]}"),
    ];
    (vec(member, 0..4), hooks, space.clone(), space)
        .prop_map(|(members, hooks, before, after)| {
            let members =
                members.into_iter().map(|(a, key, b, value, c)| format!("{a}\"{key}\"{b}:{value}{c}"));
            let hooks = (!hooks.is_empty()).then(|| hooks.to_owned());
            format!("{before}{{{}}}{after}", members.chain(hooks).collect::<Vec<_>>().join(","))
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_byte_comes_back(claude in settings(), gemini in settings(), exclude in "[a#\r\n]{0,8}") {
        let project = Project::new(&[(CLAUDE, &claude), (GEMINI, &gemini), (EXCLUDE, &exclude)]);
        let before = project.tree();
        project.install();
        prop_assert_eq!(project.states(), [State::Intact, State::Intact, State::Intact]);
        plan(&project.request("/new/exomonad")).expect("a place").apply().expect("written");
        project.uninstall();
        prop_assert_eq!(project.tree(), before);
    }
}
