//! The tool of docs/guests.md, as it stands there.

// [begin]
use exomonad_sdk::fake::{FakeHost, context};
use exomonad_sdk::fs::FileChunk;
use exomonad_sdk::{Context, Host, Policy, Role, Tool, ToolError, ToolHints, guest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The tool `count_lines`.
struct CountLines;

#[derive(Deserialize, JsonSchema)]
struct Args {
    /// A file of the workspace.
    path: String,
    /// Which lines count.
    #[serde(default)]
    only: Only,
}

#[derive(Deserialize, Serialize, JsonSchema, Default)]
#[serde(rename_all = "lowercase")]
enum Only {
    /// Every line.
    #[default]
    All,
    /// Lines with something in them.
    Filled,
}

#[derive(Serialize, JsonSchema)]
struct Lines {
    lines: usize,
}

impl Tool for CountLines {
    type Args = Args;
    type Output = Lines;

    const NAME: &'static str = "count_lines";
    const TITLE: &'static str = "Count lines";
    const DESCRIPTION: &'static str = "Counts the lines of a file of at most 1 MiB.";
    const HINTS: ToolHints =
        ToolHints { read_only: true, destructive: false, idempotent: true, open_world: false };

    fn call(host: &mut dyn Host, _: &Context, args: Args) -> Result<Lines, ToolError> {
        let file = host.fs_read(&args.path, 0, 1 << 20)?;
        let text = String::from_utf8(file.data).map_err(|err| {
            ToolError::new(format!("`{}` is no text: {err}", args.path)).with_hint("name a text file")
        })?;
        let counts = |line: &&str| matches!(args.only, Only::All) || !line.trim().is_empty();
        Ok(Lines { lines: text.lines().filter(counts).count() })
    }
}

struct Counting;

impl Policy for Counting {
    const NAME: &'static str = "counting";
    const VERSION: &'static str = "1.0.0";

    fn roles() -> Vec<Role> {
        vec![
            Role::new("tl", "Leads")
                .tool::<CountLines>()
                .instructions("Count with `count_lines`; do not guess."),
        ]
    }
}

#[test]
fn filled_lines_are_counted() {
    let mut host = FakeHost::default();
    host.reply("fs.read", Ok(FileChunk { data: b"a\n\nb\n".to_vec(), size: 5 }));
    let arguments = r#"{"path": "a.txt", "only": "filled"}"#;
    let output = guest::call_tool::<Counting>(&mut host, &context("tl"), "count_lines", arguments).unwrap();
    assert_eq!(output.structured.as_deref(), Some(r#"{"lines":2}"#));
    assert_eq!(host.calls(), [r#"fs.read("a.txt", 0, 1048576)"#]);
}
// [end]

#[test]
fn the_page_has_this_example() {
    let page = include_str!("../../../../docs/guests.md");
    let (_, rest) = include_str!("line_count.rs").split_once("// [begin]\n").unwrap();
    let (example, _) = rest.split_once("// [end]").unwrap();
    assert!(page.contains(example), "docs/guests.md does not have the example of this file");
}
