//! The block in git's exclude file.

use super::*;
use crate::install::exclude::{add, pattern, patterns, remove};

const BLOCK: &str = "# exomonad: begin\n/.exomonad/*\n!/.exomonad/config.toml\n";

#[test]
fn files_we_made_are_excluded_and_files_of_the_user_are_not() {
    let project = Project::new(&[(GEMINI, "{}"), (EXCLUDE, "*.log\n")]);
    project.install();
    let expected = format!("*.log\n{BLOCK}/.claude/settings.local.json\n/.mcp.json\n# exomonad: end\n");
    assert_eq!(project.read(EXCLUDE), expected);
}

#[test]
fn a_file_we_made_stays_excluded_after_the_user_edited_it_down_to_ours() {
    let project = Project::new(&[]);
    project.install();
    let before = project.read(EXCLUDE);
    project.edit(CLAUDE, "{\n", "{\n\n");
    project.install();
    assert_eq!(project.read(EXCLUDE), before);
}

#[test]
fn the_block_goes_where_it_stood_and_comes_out_exactly() {
    let wanted = ["a".to_owned()];
    for text in ["", "x", "x\n", "x\n\n", "x\r\ny\r\n", "x\r\ny", "\n"] {
        let added = add(text, &wanted).expect("no markers");
        assert_eq!(add(&added, &wanted).expect("whole"), added);
        assert_eq!(remove(&added).expect("whole"), text);
        assert_eq!(patterns(&added).expect("whole"), Some(wanted.to_vec()));
        assert_eq!(remove(text).expect("no markers"), text);
    }
    let moved = add("x\n", &wanted).expect("no markers") + "y\n";
    assert_eq!(add(&moved, &["b".to_owned()]).expect("whole"), moved.replace("\na\n", "\nb\n"));
    assert_eq!(remove(&moved).expect("whole"), "x\ny\n");
}

#[test]
fn a_block_without_its_other_end_is_an_error() {
    for (text, line) in [
        ("a\n# exomonad: begin\nb\n", 2),
        ("a\n\n# exomonad: end\n", 3),
        ("# exomonad: end\n# exomonad: begin\n", 2),
        ("# exomonad: begin\n# exomonad: begin\n# exomonad: end\n", 2),
    ] {
        assert_eq!(remove(text).expect_err("broken").line, line);
        let project = Project::new(&[(EXCLUDE, text)]);
        let err = plan(&project.request("exomonad")).expect_err("broken");
        assert!(matches!(err, InstallError::BrokenBlock { .. }), "{err}");
    }
}

#[test]
fn letters_with_a_meaning_to_git_are_taken_literally() {
    assert_eq!(
        pattern("a/b [1]*?\\.json"),
        "/a/b\\ \\[1\\]*?\\\\.json".replace("*?", "\\*\\?").replace("1\\]", "1]")
    );
}
