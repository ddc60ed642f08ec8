//! A throw-away project: a git repository, a home directory and an environment that nothing of the caller reaches.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use crate::process::{Output, Run};

/// A project on disk; gone when dropped.
#[derive(Debug)]
pub struct Project {
    dir: Utf8PathBuf,
    home: Utf8PathBuf,
    bin: Utf8PathBuf,
    temp: Utf8PathBuf,
    search_path: String,
    /// Kept for its drop, which removes everything.
    _root: TempDir,
}

impl Default for Project {
    fn default() -> Self {
        Self::new()
    }
}

impl Project {
    /// Makes a repository with one commit on `main`.
    #[must_use]
    pub fn new() -> Self {
        Self::new_in(&std::env::temp_dir())
    }

    /// As [`Project::new`], where files are kept in memory if the system has such a place: flushing them costs nothing.
    #[must_use]
    pub fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() { Self::new_in(memory) } else { Self::new() }
    }

    fn new_in(parent: &Path) -> Self {
        let root = tempfile::Builder::new()
            .prefix("project-")
            .tempdir_in(parent)
            .expect("make a temporary directory");
        let path = Utf8Path::from_path(root.path()).expect("a temporary directory has a UTF-8 path");
        let path = path.canonicalize_utf8().expect("resolve the temporary directory");
        let [dir, home, bin, temp] = ["project", "home", "bin", "tmp"].map(|name| path.join(name));
        for made in [&dir, &home, &bin, &temp] {
            fs::create_dir(made).expect("make a project's directory");
        }
        let inherited = std::env::var("PATH").expect("PATH is set");
        let search_path = format!("{bin}:{inherited}");
        let project = Self { dir, home, bin, temp, search_path, _root: root };
        project.write("README.md", "A project.\n");
        project.git(["init", "--quiet", "--initial-branch=main"]);
        project.git(["add", "README.md"]);
        project.git(["commit", "--quiet", "--message=first"]);
        project
    }

    /// The main checkout: absolute, symlinks resolved.
    #[must_use]
    pub fn dir(&self) -> &Utf8Path {
        &self.dir
    }

    /// The home directory its programs see.
    #[must_use]
    pub fn home(&self) -> &Utf8Path {
        &self.home
    }

    /// The first directory of its programs' `PATH`.
    #[must_use]
    pub fn bin(&self) -> &Utf8Path {
        &self.bin
    }

    /// A directory outside the checkout for what a test keeps.
    #[must_use]
    pub fn temp(&self) -> &Utf8Path {
        &self.temp
    }

    /// Prepares a program in the checkout, with an environment that holds nothing of the caller's but `PATH`.
    pub fn run(&self, program: impl AsRef<str>) -> Run {
        let mut command = Command::new(program.as_ref());
        command.env_clear().current_dir(&self.dir);
        let identity = [
            ("GIT_AUTHOR_NAME", "A Tester"),
            ("GIT_AUTHOR_EMAIL", "tester@example.invalid"),
            ("GIT_COMMITTER_NAME", "A Tester"),
            ("GIT_COMMITTER_EMAIL", "tester@example.invalid"),
        ];
        let places = [
            ("PATH", self.search_path.as_str()),
            ("HOME", self.home.as_str()),
            ("TMPDIR", self.temp.as_str()),
            ("SHELL", "/bin/bash"),
            ("LANG", "C.UTF-8"),
            ("TERM", "xterm-256color"),
            ("NO_COLOR", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_TERMINAL_PROMPT", "0"),
            // The user's own terminal sessions are nobody's business.
            ("TMUX_TMPDIR", self.temp.as_str()),
            ("ZELLIJ_SOCKET_DIR", self.temp.as_str()),
            ("XDG_RUNTIME_DIR", self.temp.as_str()),
        ];
        command.envs(identity).envs(places);
        Run::new(command)
    }

    /// Runs git in the checkout and returns what it printed; panics if it fails.
    pub fn git<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> String {
        let output: Output = self.run("git").args(arguments).output();
        output.require_success().stdout
    }

    /// Writes a file of the checkout, and the directories above it.
    pub fn write(&self, path: impl AsRef<Utf8Path>, text: &str) {
        write_file(&self.dir.join(path), text);
    }

    /// Reads a file of the checkout.
    #[must_use]
    pub fn read(&self, path: impl AsRef<Utf8Path>) -> String {
        let path = self.dir.join(path);
        fs::read_to_string(&path).unwrap_or_else(|err| panic!("failed to read `{path}`: {err}"))
    }

    /// Whether the checkout has this path.
    #[must_use]
    pub fn has(&self, path: impl AsRef<Utf8Path>) -> bool {
        self.dir.join(path).symlink_metadata().is_ok()
    }

    /// Writes a file of the home directory, and the directories above it.
    pub fn write_home(&self, path: impl AsRef<Utf8Path>, text: &str) {
        write_file(&self.home.join(path), text);
    }

    /// Puts a built program first in `PATH` and returns where it stands.
    pub fn install(&self, name: &str, built: &Utf8Path) -> Utf8PathBuf {
        let path = self.bin.join(name);
        if fs::hard_link(built, &path).is_err() {
            fs::copy(built, &path)
                .unwrap_or_else(|err| panic!("failed to copy `{built}` to `{path}`: {err}"));
        }
        path
    }

    /// Puts a shell script first in `PATH`, in place of whatever had the name, and returns where it stands.
    pub fn install_script(&self, name: &str, script: &str) -> Utf8PathBuf {
        let path = self.bin.join(name);
        // The old file may be a hard link to a built program, which must keep its content.
        self.uninstall(name);
        write_file(&path, &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("make a script executable");
        path
    }

    /// Removes a program that an `install` put there, if it is there.
    pub fn uninstall(&self, name: &str) {
        let path = self.bin.join(name);
        if path.symlink_metadata().is_ok() {
            fs::remove_file(&path).unwrap_or_else(|err| panic!("failed to remove `{path}`: {err}"));
        }
    }
}

fn write_file(path: &Utf8Path, text: &str) {
    let parent = path.parent().expect("a file has a directory");
    fs::create_dir_all(parent).unwrap_or_else(|err| panic!("failed to make `{parent}`: {err}"));
    fs::write(path, text).unwrap_or_else(|err| panic!("failed to write `{path}`: {err}"));
}

#[cfg(test)]
mod tests;
