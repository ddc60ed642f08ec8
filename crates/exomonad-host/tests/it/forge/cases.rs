//! Files that are no plain text in one place.

use std::os::unix::fs::PermissionsExt as _;

use exomonad_host::contract::forge::MergeStrategy;

use super::{agent, commit, filed, forge, merged, order, project};
use crate::support::{git, put};
use crate::workspaces::asked;

const STRATEGIES: [MergeStrategy; 3] = [MergeStrategy::Squash, MergeStrategy::Merge, MergeStrategy::Rebase];

use exomonad_host::forge::Forge as _;

#[test]
fn binaries_modes_links_and_odd_names_arrive_as_they_are() {
    for strategy in STRATEGIES {
        let project = project();
        let plan = agent(&project, "a");
        commit(project.root(), "other", "1\n");
        let binary: Vec<u8> = (0..=255).collect();
        put(&plan.path.join("binary"), &binary);
        put(&plan.path.join("-run é\n"), b"#!/bin/sh\n");
        let script = plan.path.join("-run é\n");
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::os::unix::fs::symlink("file", plan.path.join("link")).unwrap();
        git(&plan.path, &["add", "."]);
        git(&plan.path, &["commit", "-qm", "odd"]);
        filed(&project, &plan);
        let result = merged(&project, 1, strategy);
        assert!(result.synced, "{result:?}");
        let top = project.root();
        assert_eq!(std::fs::read(top.join("binary")).unwrap(), binary);
        assert_eq!(std::fs::read_link(top.join("link")).unwrap().to_str(), Some("file"));
        assert_eq!(top.join("-run é\n").metadata().unwrap().permissions().mode() & 0o111, 0o111);
        assert_eq!(asked(top, &["status", "--porcelain"]), "");
    }
}

#[test]
fn a_change_follows_a_rename() {
    for strategy in STRATEGIES {
        let project = project();
        let plan = agent(&project, "a");
        git(project.root(), &["mv", "file", "moved"]);
        git(project.root(), &["commit", "-qm", "moved"]);
        commit(&plan.path, "file", "1\n2\n3\n4\n5\n6\n7\nlast\n");
        filed(&project, &plan);
        merged(&project, 1, strategy);
        let text = std::fs::read_to_string(project.root().join("moved")).unwrap();
        assert_eq!(text, "1\n2\n3\n4\n5\n6\n7\nlast\n");
        assert!(!project.root().join("file").exists());
    }
}

#[test]
fn the_attributes_of_the_base_say_how_files_are_merged() {
    let project = project();
    commit(project.root(), ".gitattributes", "file merge=union\n");
    let plan = agent(&project, "a");
    commit(&plan.path, "file", "theirs\n");
    commit(project.root(), "file", "ours\n");
    filed(&project, &plan);
    // What is checked out has no say.
    git(project.root(), &["switch", "-q", "-c", "elsewhere", "HEAD~2"]);
    merged(&project, 1, MergeStrategy::Squash);
    assert_eq!(asked(project.root(), &["show", "main:file"]), "ours\ntheirs");
}

#[test]
fn a_submodule_moves_with_its_commit() {
    let project = project();
    let inner = project.root().join("../inner");
    git(project.root(), &["init", "-q", inner.as_str()]);
    commit(&inner, "a", "1\n");
    let add = ["-c", "protocol.file.allow=always", "submodule", "add", "-q", inner.as_str(), "sub"];
    git(project.root(), &add);
    git(project.root(), &["commit", "-qm", "sub"]);
    let plan = agent(&project, "a");
    commit(&inner, "a", "2\n");
    let newest = asked(&inner, &["rev-parse", "HEAD"]);
    git(&plan.path, &["update-index", "--cacheinfo", &format!("160000,{newest},sub")]);
    git(&plan.path, &["commit", "-qm", "sub moves"]);
    filed(&project, &plan);
    let result = merged(&project, 1, MergeStrategy::Squash);
    assert!(result.synced, "{result:?}");
    assert_eq!(asked(project.root(), &["rev-parse", "main:sub"]), newest);
    assert_eq!(asked(project.root(), &["diff", "--cached"]), "");
    assert_eq!(std::fs::read_to_string(project.root().join("sub/a")).unwrap(), "1\n", "git's own way");
}

#[test]
fn a_directory_in_place_of_a_file_is_followed() {
    let project = project();
    let plan = agent(&project, "a");
    git(&plan.path, &["rm", "-q", "file"]);
    commit(&plan.path, "file/below", "1\n");
    filed(&project, &plan);
    assert!(merged(&project, 1, MergeStrategy::Squash).synced);
    assert_eq!(std::fs::read_to_string(project.root().join("file/below")).unwrap(), "1\n");
}

#[test]
fn a_history_without_a_common_commit_is_refused() {
    let project = project();
    let plan = agent(&project, "a");
    commit(&plan.path, "new", "1\n");
    filed(&project, &plan);
    git(&plan.path, &["switch", "-q", "--orphan", "lonely"]);
    commit(&plan.path, "new", "1\n");
    git(&plan.path, &["branch", "-q", "-f", "main.a", "lonely"]);
    for strategy in STRATEGIES {
        let err = forge(&project).merge(&order(1, strategy)).unwrap_err();
        assert_eq!(err.to_string(), "branches `main.a` and `main` have no commit in common");
    }
}
