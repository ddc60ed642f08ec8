//! A newer exomonad over an older one.

use super::*;

fn upgrade(project: &Project) {
    plan(&project.request("/new/exomonad")).expect("there is a place").apply().expect("written");
}

#[test]
fn an_upgrade_replaces_ours_and_keeps_the_first_original() {
    let project = lived_in();
    let before = project.tree();
    project.install();
    let installed = project.read(CLAUDE);
    upgrade(&project);
    assert_eq!(project.read(CLAUDE), installed.replace("/bin/exomonad", "/new/exomonad"));
    project.uninstall();
    assert_eq!(project.tree(), before);
}

#[test]
fn an_upgrade_after_an_edit_keeps_the_edit() {
    let project = lived_in();
    project.install();
    project.edit(CLAUDE, "\"a\"", "\"a\", \"b\"");
    let edited = project.read(CLAUDE);
    upgrade(&project);
    assert_eq!(project.read(CLAUDE), edited.replace("/bin/exomonad", "/new/exomonad"));
    let gone = project.root.join(".exomonad/backup");
    assert_eq!(
        gone.read_dir_utf8().expect("a directory").count(),
        3,
        "the old backup is not needed any more"
    );
    project.uninstall();
    assert_eq!(
        project.read(CLAUDE),
        "{\r\n\t\"permissions\": {\r\n\t\t\"allow\": [\"a\", \"b\"],\r\n\t\t\"deny\": []\r\n\t},\r\n\t\"n\": 1e999\r\n}"
    );
}

#[test]
fn an_upgrade_after_an_edit_of_a_file_we_made_still_knows_that_we_made_it() {
    let project = Project::new(&[]);
    let before = project.tree();
    project.install();
    project.edit(CLAUDE, "{\n", "{\n\n");
    upgrade(&project);
    project.uninstall();
    assert_eq!(project.tree(), before);
}

#[test]
fn a_wanted_rule_that_changed_leaves_no_old_one() {
    let project = lived_in();
    let before = project.tree();
    project.install();
    project.edit(CLAUDE, "1e999", "2");
    let mut request = project.request("/bin/exomonad");
    request.artefacts[0].hooks[2].value = json!("Edit(//other)");
    plan(&request).expect("there is a place").apply().expect("written");
    let rule = format!("Edit(/{}/x)", project.root);
    assert!(!project.read(CLAUDE).contains(&rule));
    project.edit(CLAUDE, "\"n\": 2", "\"n\": 1e999");
    project.uninstall();
    assert_eq!(
        project.read(CLAUDE).replace(['\r', '\n', '\t'], ""),
        before[CLAUDE].1.as_ref().expect("text").replace(['\r', '\n', '\t'], "")
    );
}

#[test]
fn a_harness_that_is_not_asked_for_any_more_can_still_be_uninstalled() {
    let project = lived_in();
    let before = project.tree();
    project.install();
    let mut request = project.request("/bin/exomonad");
    request.artefacts.truncate(1);
    plan(&request).expect("there is a place").apply().expect("written");
    uninstall(&request).expect("readable").apply().expect("written");
    assert_eq!(project.tree(), before);
}

#[test]
fn a_file_the_user_deleted_is_made_again_and_goes_again() {
    let project = lived_in();
    project.install();
    fs::remove_file(project.root.join(CLAUDE)).expect("deleted");
    project.install();
    assert!(project.is_intact());
    project.uninstall();
    assert!(!project.has(CLAUDE));
    assert!(project.has(".claude"), "the directory was the user's");
}
