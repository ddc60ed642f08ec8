//! Our text follows the layout of the user's.

use expect_test::{Expect, expect};

use super::*;

#[track_caller]
fn check(text: &str, expected: &Expect) {
    let wanted = [hook("exomonad", "Stop"), element(&["permissions", "deny"], json!("x"))];
    expected.assert_eq(&added(text, &wanted));
    if text.contains(':') {
        assert_eq!(there_and_back(text, &wanted), text);
    }
}

#[test]
fn an_empty_file_gets_two_spaces() {
    let expected = expect![[r#"
        {
          "hooks": {
            "Stop": [
              {
                "matcher": "*",
                "hooks": [
                  {
                    "type": "command",
                    "command": "exomonad",
                    "args": [
                      "hook",
                      "Stop"
                    ],
                    "timeout": 60
                  }
                ]
              }
            ]
          },
          "permissions": {
            "deny": [
              "x"
            ]
          }
        }
    "#]];
    check("", &expected);
    check("{}\n", &expected);
    check(" \n\n", &expected);
}

#[test]
fn comments_and_blank_lines_stay() {
    check(
        "// head\n{\n    // about allow\n    \"permissions\": {\n        \"allow\": [\"a\"], // one\n        \
         /* two */ \"deny\": [\n            \"b\" // why b\n            // \"c\"\n        ]\n    }, // end\n\n    \
         \"last\": 1 // of all\n\n    // tail\n}\n// foot",
        &expect![[r#"
            // head
            {
                // about allow
                "permissions": {
                    "allow": ["a"], // one
                    /* two */ "deny": [
                        "b", // why b
                        "x"
                        // "c"
                    ]
                }, // end

                "last": 1, // of all
                "hooks": {
                    "Stop": [
                        {
                            "matcher": "*",
                            "hooks": [
                                {
                                    "type": "command",
                                    "command": "exomonad",
                                    "args": [
                                        "hook",
                                        "Stop"
                                    ],
                                    "timeout": 60
                                }
                            ]
                        }
                    ]
                }

                // tail
            }
            // foot"#]],
    );
}

#[test]
fn one_line_stays_one_line() {
    check(
        r#"{"permissions":{"deny":["b"]}}"#,
        &expect![[
            r#"{"permissions":{"deny":["b","x"]},"hooks":{"Stop":[{"matcher":"*","hooks":[{"type":"command","command":"exomonad","args":["hook","Stop"],"timeout":60}]}]}}"#
        ]],
    );
}

#[test]
fn tabs_and_crlf_stay() {
    let wanted = [element(&["permissions", "deny"], json!("x"))];
    let text = "\u{feff}{\r\n\t\"a\": [\r\n\t\t1\r\n\t]\r\n}\r\n";
    let expected = "\u{feff}{\r\n\t\"a\": [\r\n\t\t1\r\n\t],\r\n\t\"permissions\": {\r\n\t\t\"deny\": [\r\n\t\t\t\"x\"\r\n\t\t]\r\n\t}\r\n}\r\n";
    assert_eq!(added(text, &wanted), expected);
    assert_eq!(there_and_back(text, &wanted), text);
}

#[test]
fn an_element_on_the_line_of_others_opens_there() {
    let text = "{\n  \"hooks\": {\"Stop\": [{\"hooks\": []}]}\n}";
    let after = added(text, &[element(&["hooks", "Stop"], json!({"hooks": [{"command": "exomonad hook"}]}))]);
    expect![[r#"
        {
          "hooks": {"Stop": [{"hooks": []}, {
            "hooks": [
              {
                "command": "exomonad hook"
              }
            ]
          }]}
        }"#]]
    .assert_eq(&after);
}

#[test]
fn a_line_comment_never_swallows_what_follows() {
    let wanted = [element(&["a"], json!("x"))];
    for text in [
        "{\"a\": [ // c\n]}",
        "{\"a\": [1 // c\n]}",
        "{\"a\": [1, 2 /* d */ // c\n]}",
        "{\"a\": [/* c */]}",
        "{\"a\": [1 /* c\n */ ]}",
        "{ // c\n}",
        "{ // c\n  \"b\": 1 // d\n}",
        "// c",
    ] {
        let after = there_and_back(text, &wanted);
        assert!(after.starts_with(text.trim_end_matches([']', '}', '\n'])), "{text} -> {after}");
    }
    for (text, expected) in [
        ("{\"a\": [\"x\", // c\n 1]}", "{\"a\": [// c\n 1]}"),
        ("{\"a\": [ // c\n \"x\"]}", "{\"a\": [ // c\n ]}"),
        ("{\"a\": [1, // c\n \"x\"]}", "{\"a\": [1 // c\n ]}"),
        ("{\"a\": [1, // c\n \"x\", // d\n 2]}", "{\"a\": [1 // c\n , // d\n 2]}"),
    ] {
        let known = Known { entries: wanted.to_vec(), ..Known::nothing() };
        assert_eq!(remove(text, &known).expect("readable").0, expected);
    }
}
