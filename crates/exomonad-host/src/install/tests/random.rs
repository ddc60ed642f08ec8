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
    let tools = prop_oneof![
        Just(""),
        Just("\"mcpServers\": { }"),
        Just("\"mcpServers\": {\"a\": {\"command\": \"exomonad\"}}"),
        Just(
            "\"mcpServers\":{\n\t\"exomonad\": {\"command\": \"/o/exomonad\", \"args\": [\"mcp-stdio\", \"-v\"]}}"
        ),
        Just("\"enabledMcpjsonServers\": [\"a\" , \"exomonad\"]"),
        Just("\"permissions\": {\"allow\": [\"mcp__exomonad\", \"mcp__exomonad\"], \"deny\":[]}"),
    ];
    (vec(member, 0..4), hooks, tools, space.clone(), space)
        .prop_map(|(members, hooks, tools, before, after)| {
            let members =
                members.into_iter().map(|(a, key, b, value, c)| format!("{a}\"{key}\"{b}:{value}{c}"));
            let fixed = [hooks, tools].into_iter().filter(|member| !member.is_empty()).map(str::to_owned);
            format!("{before}{{{}}}{after}", members.chain(fixed).collect::<Vec<_>>().join(","))
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_byte_comes_back(
        claude in settings(),
        mcp in settings(),
        gemini in settings(),
        exclude in "[a#\r\n]{0,8}",
    ) {
        let files = [(CLAUDE, claude.as_str()), (MCP, &mcp), (GEMINI, &gemini), (EXCLUDE, &exclude)];
        let project = Project::new(&files);
        let before = project.tree();
        project.install();
        let users = |state: &State| matches!(state, State::Intact | State::Taken { .. });
        prop_assert!(project.states().iter().all(users), "{:?}", project.states());
        plan(&project.request("/new/exomonad")).expect("a place").apply().expect("written");
        project.uninstall();
        prop_assert_eq!(project.tree(), before);
    }
}
