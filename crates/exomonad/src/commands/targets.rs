//! The coding agents to set up, and what goes into their settings.

use exomonad_host::git::Repository;
use exomonad_host::harness::{Harness, SettingsFacts};
use exomonad_host::install::{Artefact, Dialect, Request};
use exomonad_host::project::{Installed, installed};

use crate::env::Env;

/// A coding agent to set up.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) harness: Harness,
    /// Absent when it is not on this machine.
    pub(crate) installed: Option<Installed>,
}

/// Asks each coding agent whether it is there.
pub(crate) fn look(env: &Env, harnesses: &[Harness]) -> Vec<Target> {
    std::thread::scope(|scope| {
        let asked: Vec<_> = harnesses
            .iter()
            .map(|&harness| {
                scope.spawn(move || {
                    let installed = installed(harness, &env.dir, &env.search_path, env.home.as_deref());
                    Target { harness, installed }
                })
            })
            .collect();
        asked.into_iter().filter_map(|thread| thread.join().ok()).collect()
    })
}

/// What `init` writes for them.
pub(crate) fn request(env: &Env, repository: &Repository, targets: &[Target]) -> Request {
    let artefacts = targets
        .iter()
        .map(|target| {
            let facts = SettingsFacts {
                exe: env.exe.clone(),
                version: target.installed.as_ref().and_then(|installed| installed.version.clone()),
                project_root: repository.root.clone(),
            };
            Artefact {
                label: label(target.harness).to_owned(),
                path: target.harness.settings_path().into(),
                dialect: dialect(target.harness),
                entries: target.harness.settings(&facts),
            }
        })
        .collect();
    Request { project_root: repository.root.clone(), git_dir: repository.common_dir.clone(), artefacts }
}

/// The product's name.
pub(crate) fn label(harness: Harness) -> &'static str {
    match harness {
        Harness::Claude => "Claude Code",
        Harness::Gemini => "Gemini CLI",
        Harness::Codex => "Codex",
    }
}

fn dialect(harness: Harness) -> Dialect {
    match harness {
        Harness::Claude | Harness::Codex => Dialect::Strict,
        Harness::Gemini => Dialect::Comments,
    }
}
