//! Whatever the user's file says and however it is laid out.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A value as text, in random layout; `keys` are those an object may have.
fn text(depth: u32) -> BoxedStrategy<String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?",
        "\\PC{0,12}".prop_map(|text| Value::from(text).to_string()),
        Just("\"\\ud83d\\ude00\\/\\u0041\\n\"".to_owned()),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let inner = text(depth - 1);
    prop_oneof![1 => leaf, 2 => array(inner.clone()), 2 => object(key(), inner)].boxed()
}

fn key() -> BoxedStrategy<String> {
    prop_oneof!["[a-z]{1,6}", Just("hooks".to_owned()), Just("deny".to_owned()), "\\PC{0,4}"].boxed()
}

fn space() -> BoxedStrategy<String> {
    prop_oneof![
        4 => Just(String::new()),
        2 => Just(" ".to_owned()),
        3 => Just("\n  ".to_owned()),
        1 => Just("\r\n\t".to_owned()),
        1 => Just("\n\n    ".to_owned()),
        1 => Just(" // it's \"a\" [comment], {see}\n".to_owned()),
        1 => Just("/* , ] } */".to_owned()),
    ]
    .boxed()
}

fn array(inner: BoxedStrategy<String>) -> BoxedStrategy<String> {
    (vec((space(), inner, space()), 0..4), space())
        .prop_map(|(elements, space)| {
            let all: Vec<_> = elements.into_iter().map(|(a, value, b)| format!("{a}{value}{b}")).collect();
            format!("[{}{space}]", all.join(","))
        })
        .boxed()
}

fn object(key: BoxedStrategy<String>, inner: BoxedStrategy<String>) -> BoxedStrategy<String> {
    (vec((space(), key, space(), inner, space()), 0..5), space())
        .prop_map(|(members, space)| {
            let mut seen = Vec::new();
            let mut all = Vec::new();
            for (a, key, b, value, c) in members {
                if !seen.contains(&key) {
                    all.push(format!("{a}{}{b}:{value}{c}", Value::from(key.clone())));
                    seen.push(key);
                }
            }
            format!("{{{}{space}}}", all.join(","))
        })
        .boxed()
}

/// A whole file, whose keys may be those we add to, with the right types.
fn file() -> BoxedStrategy<String> {
    let hooks = object(
        prop_oneof!["[A-Z][a-z]{1,4}", Just("Stop".to_owned()), Just("PreToolUse".to_owned())].boxed(),
        array(text(2)),
    );
    let rules = prop_oneof![Just("deny".to_owned()), Just("allow".to_owned())].boxed();
    let rule = prop_oneof![text(1), Just("\"mcp__exomonad\"".to_owned())].boxed();
    let deny = object(rules, array(rule));
    let server = prop_oneof![text(0), Just("\"exomonad\"".to_owned())].boxed();
    let enabled = array(server);
    let servers = object("[a-z]{1,3}".boxed(), text(1));
    let other = object("[a-z]{1,4}".boxed(), text(2));
    let ours = (hooks, deny, enabled, servers);
    (space(), other, ours, any::<[bool; 5]>(), space(), any::<bool>())
        .prop_map(|(before, other, (hooks, deny, enabled, servers), [a, b, c, d, e], after, has_bom)| {
            let mut members = Vec::new();
            members.extend(a.then(|| format!("\"hooks\": {hooks}")));
            members.extend(b.then(|| format!("\n  \"permissions\":{deny}")));
            members.extend(c.then(|| format!(" \"mcpServers\" : {servers}")));
            members.extend(e.then(|| format!("\"enabledMcpjsonServers\":{enabled}")));
            members.extend(d.then(|| format!("\n\t\"other\": {other}\n")));
            let bom = if has_bom { "\u{feff}" } else { "" };
            format!("{bom}{before}{{{}}}{after}", members.join(","))
        })
        .boxed()
}

/// The text without space, as far as the test needs it: outside of strings nothing else is dropped.
fn squeezed(text: &str) -> String {
    let mut inside = false;
    let mut escaped = false;
    let keep = |letter: &char| {
        let is_kept = inside || !letter.is_ascii_whitespace();
        if *letter == '"' && !escaped {
            inside = !inside;
        }
        escaped = inside && *letter == '\\' && !escaped;
        is_kept
    };
    text.chars().filter(keep).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn removing_leaves_the_users_text_but_for_space_in_what_was_touched(text in file()) {
        let wanted = wanted();
        let (after, _) = add(&text, Dialect::Comments, &wanted, &Known::nothing()).expect("there is a place");
        let (again, changes) = add(&after, Dialect::Comments, &wanted, &Known::nothing()).expect("a place");
        prop_assert_eq!(&again, &after);
        prop_assert!(changes.is_empty());
        let known = outline(&text, &wanted).expect("readable");
        let (back, _) = remove(&after, &known).expect("readable");
        if text.contains("//") {
            // A quote in a comment is no quote; the check by value is in `add` itself.
            prop_assert_eq!(back.matches("// it's").count(), text.matches("// it's").count());
        } else {
            prop_assert_eq!(squeezed(&back), squeezed(&text));
        }
        let is_touched_in_an_empty_place = back != text;
        if is_touched_in_an_empty_place {
            let bare = text.split(['{', '[']).skip(1).any(|rest| rest.trim_start().starts_with(['}', ']', '/']));
            prop_assert!(bare, "{text:?} came back as {back:?}");
        }
    }

    #[test]
    fn any_text_is_edited_or_refused_but_never_panics(text in "[\\[\\]{}:,\"/* \\n\\\\a1\u{feff}\u{e9}]{0,40}") {
        if let Ok((after, _)) = add(&text, Dialect::Comments, &wanted(), &Known::nothing()) {
            let known = outline(&text, &wanted()).expect("readable");
            remove(&after, &known).expect("readable");
        }
        if let Ok((after, _)) = remove(&text, &Known::nothing()) {
            prop_assert_eq!(after, text);
        }
    }
}
