//! The programs that take part, and where they work.

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use super::CHILD;
use super::sample::Sample;
use crate::process::Cmd;
use crate::workspace::Workspace;

/// Where the system keeps its programs. Version managers' shims elsewhere would be measured instead of the programs.
const SYSTEM: &[&str] = &["/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin"];

/// The programs that take part, and the directory that goes when the run ends.
#[derive(Debug)]
pub(super) struct Tools {
    /// The program that is measured.
    pub(super) exe: Utf8PathBuf,
    /// A program that does nothing.
    pub(super) floor: Utf8PathBuf,
    /// Everything the run writes.
    pub(super) dir: Utf8PathBuf,
    home: Utf8PathBuf,
    /// This program, which measures.
    own: Utf8PathBuf,
    _dir: TempDir,
}

impl Tools {
    /// Makes the directory and what is compiled for the run.
    pub(super) fn find(workspace: &Workspace, exe: Utf8PathBuf) -> Result<Self> {
        let temp = tempfile::tempdir().context("failed to make a temporary directory")?;
        let dir = Utf8PathBuf::try_from(temp.path().canonicalize()?)?;
        let home = dir.join("home");
        std::fs::create_dir(&home)?;
        let own = Utf8PathBuf::try_from(std::env::current_exe().context("failed to find this program")?)?;
        let floor = empty_program(workspace, &dir)?;
        Ok(Self { exe, floor, dir, home, own, _dir: temp })
    }

    /// A command with an empty home and the system's programs, and nothing else in its environment.
    pub(super) fn command(&self, dir: &Utf8Path, variables: &[&str], command: &[&str]) -> Cmd {
        let home = format!("HOME={}", self.home);
        let path = format!("PATH={}", SYSTEM.join(":"));
        let fixed = ["-i", home.as_str(), path.as_str()];
        let arguments = fixed.iter().chain(variables).chain(command).copied();
        Cmd::new(dir, "env", arguments)
    }

    /// What a command answers when it reads `payload`.
    pub(super) fn answer(&self, dir: &Utf8Path, payload: &Utf8Path, command: &[&str]) -> Result<String> {
        let shell = ["sh", "-c", "exec \"$@\" < \"$0\"", payload.as_str()];
        self.command(dir, &[], &[&shell, command].concat()).read()
    }

    /// Measures a command: `runs` times in each of `lanes`.
    pub(super) fn measure(&self, batch: &Batch<'_>) -> Result<Vec<Sample>> {
        let (lanes, runs) = (batch.lanes.to_string(), batch.runs.to_string());
        let fixed = [self.own.as_str(), CHILD, &lanes, &runs, batch.payload.as_str()];
        let text = self.command(batch.dir, batch.variables, &[&fixed, batch.command].concat()).read()?;
        Sample::parse_lines(&text)
    }

    /// The home directory of everything that is measured.
    pub(super) fn home(&self) -> &Utf8Path {
        &self.home
    }

    /// A file of this run.
    pub(super) fn file(&self, name: &str, content: &str) -> Result<Utf8PathBuf> {
        file_in(&self.dir, name, content)
    }
}

/// A command to measure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Batch<'a> {
    pub(super) lanes: u32,
    pub(super) runs: u32,
    pub(super) dir: &'a Utf8Path,
    pub(super) payload: &'a Utf8Path,
    pub(super) variables: &'a [&'a str],
    pub(super) command: &'a [&'a str],
}

/// A file with this content.
pub(super) fn file_in(dir: &Utf8Path, name: &str, content: &str) -> Result<Utf8PathBuf> {
    let path = dir.join(name);
    std::io::Write::write_all(&mut std::fs::File::create(&path)?, content.as_bytes())
        .with_context(|| format!("failed to write `{path}`"))?;
    Ok(path)
}

/// One of the system's programs.
pub(super) fn system_program(name: &str) -> Option<Utf8PathBuf> {
    SYSTEM.iter().map(|dir| Utf8Path::new(dir).join(name)).find(|path| path.is_file())
}

/// The target that cargo builds for here.
pub(super) fn host(workspace: &Workspace) -> Result<String> {
    let version = workspace.run_here("rustc", ["--version", "--verbose"]).read()?;
    let Some(host) = version.lines().find_map(|line| line.strip_prefix("host: ")) else {
        bail!("`rustc --version --verbose` names no host");
    };
    Ok(host.to_owned())
}

fn empty_program(workspace: &Workspace, dir: &Utf8Path) -> Result<Utf8PathBuf> {
    let (source, program) = (dir.join("empty.rs"), dir.join("empty"));
    std::io::Write::write_all(&mut std::fs::File::create(&source)?, b"fn main() {}\n")?;
    let output = [source.as_str(), "-o", program.as_str()];
    let options = ["-O", "-C", "target-feature=+crt-static"];
    workspace.run_here("rustc", options.into_iter().chain(output)).run()?;
    Ok(program)
}
