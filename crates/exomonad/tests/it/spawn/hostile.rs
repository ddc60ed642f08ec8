//! Requests that nobody should make.

use exomonad_host::agent::{AgentName, SpawnError, SpawnRequest, spawn};
use exomonad_host::contract::{EffectErrorKind, WorkspaceKind};

use super::place::{Place, patient, put, request};

/// Spawns, and requires a refusal of this kind that leaves nothing.
#[track_caller]
fn refused(place: &Place, request: &SpawnRequest, expect: EffectErrorKind) -> SpawnError {
    let before = place.look();
    let err = spawn(&place.site(), &AgentName::root(), request, &patient()).unwrap_err();
    assert_eq!(err.kind(), expect, "{err:?}");
    assert_eq!(place.look(), before);
    err
}

#[test]
fn a_slug_is_a_plain_word() {
    let place = Place::new();
    let long = "x".repeat(300);
    for slug in [
        "", ".", "..", "a/b", "../x", "/x", "-x", "_x", "a b", "a\nb", "a.b", "ä", "a\0b", "~", "lock", &long,
    ] {
        let request = SpawnRequest { slug: slug.to_owned(), ..request(WorkspaceKind::Worktree) };
        let err = refused(&place, &request, EffectErrorKind::InvalidInput);
        assert!(err.hint().is_some(), "{err:?}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_made() {
    let place = Place::new();
    let good = || request(WorkspaceKind::Worktree);
    let some = |text: &str| Some(text.to_owned());
    for request in [
        SpawnRequest { prompt: "a\0b".to_owned(), ..good() },
        SpawnRequest { prompt: "x".repeat((1 << 20) + 1), ..good() },
        SpawnRequest { harness: some("nobody"), ..good() },
        SpawnRequest { harness: some("../sh"), ..good() },
        SpawnRequest { harness: some("gemini"), ..good() },
        SpawnRequest { model: some("--x"), ..good() },
        SpawnRequest { model: some("m"), ..good() },
        SpawnRequest { permission_mode: some("plan"), ..good() },
        SpawnRequest { harness: some("claude"), permission_mode: some("sudo"), ..good() },
        SpawnRequest { harness: some("claude"), model: some("a\nb"), ..good() },
        SpawnRequest { directory: some("../.."), ..good() },
        SpawnRequest { directory: some("/etc"), ..good() },
        SpawnRequest { directory: some("missing"), ..good() },
        SpawnRequest { workspace_kind: WorkspaceKind::Main, ..good() },
    ] {
        refused(&place, &request, EffectErrorKind::InvalidInput);
    }
    let skipping =
        SpawnRequest { harness: some("claude"), permission_mode: some("bypassPermissions"), ..good() };
    refused(&place, &skipping, EffectErrorKind::PermissionDenied);
}

#[test]
fn a_directory_that_leads_out_of_the_workspace_is_refused() {
    let place = Place::new();
    std::os::unix::fs::symlink("/etc", place.project.dir().join("out")).unwrap();
    place.project.git(["add", "out"]);
    place.project.git(["commit", "-q", "-m", "out"]);
    let request = SpawnRequest { directory: Some("out".to_owned()), ..request(WorkspaceKind::Worktree) };
    refused(&place, &request, EffectErrorKind::InvalidInput);
}

#[test]
fn a_repository_with_submodules_says_that_the_workspace_has_none() {
    let place = Place::new();
    put(&place.project.dir().join(".gitmodules"), "[submodule \"part\"]\n\tpath = part\n\turl = ../part\n");
    place.project.git(["add", ".gitmodules"]);
    place.project.git(["commit", "-q", "-m", "a submodule"]);
    let request = request(WorkspaceKind::Worktree);
    let spawned = spawn(&place.site(), &AgentName::root(), &request, &patient()).unwrap();
    assert!(
        spawned.notes.iter().any(|note| note.contains("git submodule update --init")),
        "{:?}",
        spawned.notes
    );
}

#[test]
fn a_checkout_in_which_no_child_can_begin_is_refused() {
    let place = Place::new();
    place.project.write("new file", "x");
    let err = refused(&place, &request(WorkspaceKind::Worktree), EffectErrorKind::Conflict);
    assert!(exomonad_host::explain(&err).contains("`new file`"), "{err:?}");
    place.project.git(["add", "."]);
    place.project.git(["commit", "-q", "-m", "second"]);
    place.project.git(["checkout", "-q", "--detach"]);
    refused(&place, &request(WorkspaceKind::Worktree), EffectErrorKind::Conflict);
}

#[test]
fn a_prompt_reaches_the_harness_byte_by_byte() {
    let place = Place::new();
    let prompt = "it's \"$(touch /tmp/pwned)\" `id`;\n\t\\ -- {agent} ü \u{7f}";
    let request = SpawnRequest { prompt: prompt.to_owned(), ..request(WorkspaceKind::Shared) };
    spawn(&place.site(), &AgentName::root(), &request, &patient()).unwrap();
    let told = place.project.temp().join("harness.sh.told.api");
    let begun = std::time::Instant::now();
    while std::fs::read_to_string(&told).unwrap_or_default() != prompt {
        assert!(begun.elapsed().as_secs() < 60, "{:?}", std::fs::read_to_string(&told));
        std::thread::park_timeout(std::time::Duration::from_millis(10));
    }
    exomonad_host::agent::stop(&place.site(), &AgentName::parse("api").unwrap()).unwrap();
    place.require_quiet();
}

#[test]
fn a_place_that_takes_no_files_is_an_error_and_leaves_nothing() {
    let place = Place::new();
    place.project.write(".exomonad/worktrees", "in the way");
    let before = place.look();
    spawn(&place.site(), &AgentName::root(), &request(WorkspaceKind::Worktree), &patient()).unwrap_err();
    assert_eq!(place.look(), before);
}
