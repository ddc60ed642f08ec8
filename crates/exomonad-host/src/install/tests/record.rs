//! Without a good record, ours are told by their text.

use super::*;

const RECORD: &str = ".exomonad/install.json";

#[test]
fn without_a_record_our_entries_still_go() {
    for record in
        [None, Some(""), Some("{"), Some("{\"version\": 1}"), Some("{\"version\": \"x\"}"), Some("[]")]
    {
        let project = lived_in();
        let before = project.tree();
        project.install();
        match record {
            None => fs::remove_dir_all(project.root.join(".exomonad")).expect("removed"),
            Some(text) => project.write(RECORD, text),
        }
        let plan = uninstall(&project.request("/bin/exomonad")).expect("readable");
        assert_eq!(plan.warnings().len(), usize::from(record.is_some()));
        plan.apply().expect("written");
        assert_eq!(
            project.read(CLAUDE),
            before[CLAUDE].1.clone().expect("text").replace(",\r\n\t\t\"deny\": []", "")
        );
        assert!(!project.read(GEMINI).contains("exomonad"));
        assert!(project.read(GEMINI).contains("/* none */"));
        assert_eq!(Some(project.read(EXCLUDE)), before[EXCLUDE].1);
        assert!(!project.has(RECORD));
    }
}

#[test]
fn an_install_without_the_record_does_not_take_ours_for_the_users() {
    let project = lived_in();
    project.install();
    let installed = project.read(CLAUDE);
    fs::remove_dir_all(project.root.join(".exomonad")).expect("removed");
    project.install();
    assert_eq!(project.read(CLAUDE), installed);
    project.uninstall();
    for path in [CLAUDE, GEMINI, EXCLUDE] {
        assert!(!project.read(path).contains("exomonad"), "{path}");
        assert!(!project.read(path).contains("/x)"), "{path}");
    }
}

#[test]
fn a_lost_or_altered_backup_means_removal_by_text() {
    for is_altered in [true, false] {
        let project = lived_in();
        let before = project.tree();
        project.install();
        for backup in project.root.join(".exomonad/backup").read_dir_utf8().expect("a directory") {
            let path = backup.expect("readable").into_path();
            let name = path.strip_prefix(&project.root).expect("below").as_str();
            if is_altered { project.write(name, "evil") } else { fs::remove_file(&path).expect("removed") }
        }
        project.install();
        project.uninstall();
        for path in [CLAUDE, EXCLUDE] {
            assert_eq!(Some(project.read(path)), before[path].1);
        }
    }
}

#[test]
fn a_newer_record_is_left_to_the_newer_program() {
    let project = lived_in();
    project.install();
    project.edit(RECORD, "\"version\": 1", "\"version\": 2");
    let before = project.tree();
    for err in [plan(&project.request("exomonad")), uninstall(&project.request("exomonad"))] {
        let err = err.expect_err("newer");
        assert!(matches!(err, InstallError::NewerRecord { version: 2, .. }), "{err}");
        assert!(err.hint().is_some());
    }
    assert_eq!(project.tree(), before);
}

#[test]
fn a_planted_record_leads_nowhere_else() {
    let project = Project::new(&[("victim/file", "precious"), ("repo/.git/x", "")]);
    let root = project.root.join("repo");
    let digest = crate::install::file::digest(b"precious");
    let planted = |path: &str, dir: &str, name: &str| {
        json!({"version": 1, "made_home": false, "exclude": null, "settings": [{
            "path": path, "original": if name.is_empty() { json!(null) } else { json!({"name": name, "sha256": digest}) },
            "written": [digest], "entries": [], "containers": [], "made_dirs": [dir],
        }]})
    };
    let absolute = project.root.join("victim/file");
    for record in [
        planted("../victim/file", "a", ""),
        planted(absolute.as_str(), "a", ""),
        planted(".git/hooks/post-checkout", "a", "evil"),
        planted("a", "../victim", ""),
        planted("a", "a", "../../../victim/file"),
    ] {
        project.write("repo/.exomonad/install.json", &record.to_string());
        let request =
            Request { project_root: root.clone(), git_dir: root.join(".git"), artefacts: Vec::new() };
        let plan = uninstall(&request).expect("readable");
        assert_eq!(plan.warnings().len(), 1, "{record}");
        plan.apply().expect("written");
        assert_eq!(project.read("victim/file"), "precious");
    }
}
