//! Killed at any point, nothing is lost.

use super::*;
use crate::install::plan::Step;

#[test]
fn uninstall_restores_after_an_install_that_was_killed_at_any_point() {
    let steps = lived_in().plan().steps.len();
    assert!(steps > 5);
    for prefix in 0..=steps {
        let project = lived_in();
        let before = project.tree();
        let mut plan = project.plan();
        plan.steps.truncate(prefix);
        plan.apply().expect("written");
        for path in [CLAUDE, GEMINI, EXCLUDE] {
            assert!(
                before[path].1.as_deref() == Some(&project.read(path))
                    || project.has(".exomonad/install.json")
            );
        }
        project.uninstall();
        let mut after = project.tree();
        // Before there is a record there can only be backups.
        after.retain(|path, _| !path.starts_with(".exomonad"));
        assert_eq!(after, before, "killed after {prefix} of {steps} steps");
    }
}

#[test]
fn an_install_finishes_one_that_was_killed_at_any_point() {
    let steps = lived_in().plan().steps.len();
    for prefix in 0..=steps {
        let project = lived_in();
        let before = project.tree();
        let mut plan = project.plan();
        plan.steps.truncate(prefix);
        plan.apply().expect("written");
        project.install();
        assert!(project.is_intact());
        project.uninstall();
        let mut after = project.tree();
        after.retain(|path, _| path != ".exomonad");
        assert_eq!(after, before, "killed after {prefix} of {steps} steps");
    }
}

#[test]
fn uninstall_restores_after_an_upgrade_that_was_killed_at_any_point() {
    for has_edit in [false, true] {
        for prefix in 0..16 {
            let project = lived_in();
            project.install();
            let mut expected = lived_in().read(CLAUDE);
            if has_edit {
                project.edit(CLAUDE, "1e999", "7");
                expected = expected.replace("1e999", "7");
            }
            let mut plan = plan(&project.request("/new/exomonad")).expect("a place");
            plan.steps.truncate(prefix);
            plan.apply().expect("written");
            project.uninstall();
            assert_eq!(project.read(CLAUDE), expected, "killed after {prefix} steps");
            assert!(!project.has(".exomonad"));
        }
    }
}

#[test]
fn an_uninstall_that_was_killed_at_any_point_can_be_done_again() {
    let project = lived_in();
    project.install();
    let steps = uninstall(&project.request("exomonad")).expect("readable").steps.len();
    for prefix in 0..=steps {
        let project = lived_in();
        let before = project.tree();
        project.install();
        let mut plan = uninstall(&project.request("exomonad")).expect("readable");
        plan.steps.truncate(prefix);
        plan.apply().expect("written");
        project.uninstall();
        let mut after = project.tree();
        after.retain(|path, _| !path.starts_with(".exomonad"));
        assert_eq!(after, before, "killed after {prefix} of {steps} steps");
    }
}

#[test]
fn a_failed_write_takes_all_before_it_back() {
    for project in [lived_in(), Project::new(&[])] {
        let before = project.tree();
        let mut plan = project.plan();
        plan.steps.push(Step::MakeDir(project.root.join("no/such/parent")));
        let err = plan.apply().expect_err("cannot be made");
        assert!(matches!(err, InstallError::Write { .. }), "{err}");
        assert_eq!(project.tree(), before);

        project.install();
        let installed = project.tree();
        let mut plan = uninstall(&project.request("exomonad")).expect("readable");
        plan.steps.push(Step::MakeDir(project.root.join("no/such/parent")));
        plan.apply().expect_err("cannot be made");
        assert_eq!(project.tree(), installed);
    }
}
