//! Links, modes, and others who write at the same time.

use std::os::unix::fs::symlink;

use super::*;

#[test]
fn a_linked_settings_file_is_written_through_the_link() {
    let project = Project::new(&[("dotfiles/claude.json", "{\"a\": 1}")]);
    fs::create_dir(project.root.join(".claude")).expect("made");
    symlink("../dotfiles/claude.json", project.root.join(CLAUDE)).expect("linked");
    let before = project.tree();
    project.install();
    assert!(project.root.join(CLAUDE).is_symlink());
    assert!(project.read("dotfiles/claude.json").contains("exomonad"));
    project.uninstall();
    assert_eq!(project.tree(), before);
}

#[test]
fn a_link_to_nothing_leads_to_the_file_we_make() {
    let project = Project::new(&[("dotfiles/other", "")]);
    fs::create_dir(project.root.join(".claude")).expect("made");
    symlink("../dotfiles/claude.json", project.root.join(CLAUDE)).expect("linked");
    let before = project.tree();
    project.install();
    assert!(project.has("dotfiles/claude.json"));
    project.uninstall();
    assert_eq!(project.tree(), before);
}

#[test]
fn a_link_in_a_circle_is_an_error() {
    let project = Project::new(&[]);
    fs::create_dir(project.root.join(".claude")).expect("made");
    symlink("settings.local.json", project.root.join(CLAUDE)).expect("linked");
    let err = plan(&project.request("exomonad")).expect_err("a circle");
    assert!(matches!(err, InstallError::Read { .. }), "{err}");
}

#[test]
fn two_artefacts_in_one_file_are_refused() {
    let project = Project::new(&[(CLAUDE, "{}")]);
    fs::create_dir(project.root.join(".gemini")).expect("made");
    symlink("../.claude/settings.local.json", project.root.join(GEMINI)).expect("linked");
    let err = plan(&project.request("exomonad")).expect_err("one file");
    assert!(matches!(err, InstallError::SameFile { .. }), "{err}");
}

#[test]
fn a_path_out_of_the_project_is_refused() {
    for path in ["/etc/settings.json", ".git/config", "../settings.json", "a/../../b", ""] {
        let project = Project::new(&[]);
        let mut request = project.request("exomonad");
        request.artefacts[0].path = path.into();
        let err = plan(&request).expect_err("outside");
        assert!(matches!(err, InstallError::OutsideProject { .. }), "{err}");
    }
}

#[test]
fn modes_stay_and_the_record_is_for_its_owner() {
    let project = lived_in();
    fs::set_permissions(project.root.join(CLAUDE), Permissions::from_mode(0o640)).expect("set");
    let before = project.tree();
    project.install();
    let mode = |path: &str| project.tree()[path].0 & 0o777;
    assert_eq!(mode(CLAUDE), 0o640);
    assert_eq!(mode(".exomonad/install.json"), 0o600);
    let backups = project.tree().into_iter().filter(|(path, _)| path.starts_with(".exomonad/backup/"));
    let modes: Vec<_> = backups.map(|(_, (mode, _))| mode & 0o777).collect();
    assert_eq!(modes, [0o600; 3]);
    project.uninstall();
    assert_eq!(project.tree(), before);
}

#[test]
fn a_read_only_file_is_refused_before_anything_is_written() {
    let project = lived_in();
    fs::set_permissions(project.root.join(GEMINI), Permissions::from_mode(0o444)).expect("set");
    let before = project.tree();
    let err = plan(&project.request("exomonad")).expect_err("read-only");
    assert_eq!(err.to_string(), format!("`{}` is read-only", project.root.join(GEMINI)));
    assert_eq!(err.hint(), Some(format!("chmod u+w '{}'", project.root.join(GEMINI))));
    assert_eq!(project.tree(), before);
}

#[test]
fn a_file_in_place_of_a_directory_is_refused() {
    let project = Project::new(&[(".gemini", "not a directory")]);
    let before = project.tree();
    let err = plan(&project.request("exomonad")).expect_err("no directory");
    assert!(matches!(err, InstallError::Read { .. }), "{err}");
    assert_eq!(project.tree(), before);
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let project = lived_in();
    let path = project.root.join(GEMINI);
    let mut file = fs::File::create(&path).expect("made");
    std::io::Write::write_all(&mut file, b"{\"a\": \"\xff\"}").expect("written");
    let err = plan(&project.request("exomonad")).expect_err("no text");
    assert!(matches!(err, InstallError::NotText { .. }), "{err}");
}

#[test]
fn a_change_between_plan_and_apply_stops_it() {
    for path in [CLAUDE, GEMINI, EXCLUDE] {
        for text in ["{}", ""] {
            let project = lived_in();
            let plan = project.plan();
            project.write(path, text);
            let before = project.tree();
            let err = plan.apply().expect_err("it changed");
            assert_eq!(
                err.to_string(),
                format!("`{}` changed since the plan was made", project.root.join(path))
            );
            assert_eq!(project.tree(), before);
        }
    }
}

#[test]
fn another_install_between_plan_and_apply_stops_it() {
    let project = lived_in();
    let plan = project.plan();
    project.install();
    let before = project.tree();
    let err = plan.apply().expect_err("it changed");
    assert!(matches!(err, InstallError::ChangedMeanwhile { .. }), "{err}");
    assert_eq!(project.tree(), before);
}
