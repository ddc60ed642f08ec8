//! The coding agents to set up, and what goes into their settings.

use exomonad_host::git::Repository;
use exomonad_host::harness::{Harness, SettingsFacts};
use exomonad_host::install::Request;
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
    let settings = |target: &Target| target.harness.settings(&facts(env, repository, target));
    Request {
        project_root: repository.root.clone(),
        git_dir: repository.common_dir.clone(),
        artefacts: targets.iter().flat_map(settings).collect(),
    }
}

/// What a coding agent's settings depend on.
pub(crate) fn facts(env: &Env, repository: &Repository, target: &Target) -> SettingsFacts {
    SettingsFacts {
        exe: env.exe.clone(),
        version: target.installed.as_ref().and_then(|installed| installed.version.clone()),
        project_root: repository.root.clone(),
    }
}
