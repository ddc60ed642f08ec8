//! One hash over everything that a guest is made of.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use camino::{Utf8Path, Utf8PathBuf};

use super::lock;
use super::toolchain::TARGET;
use crate::workspace::Workspace;

/// The SHA-256 over the sources of `package`, the SDK, the contract, the build profile, and the names, versions and
/// features of their dependencies. Test files do not count.
pub(super) fn sha256(workspace: &Workspace, package: &str) -> Result<String> {
    let mut manifest = String::new();
    for dir in [&format!("crates/{package}"), "crates/exomonad-sdk", "wit"] {
        for file in files(&workspace.root.join(dir))? {
            let content = std::fs::read(&file).with_context(|| format!("failed to read `{file}`"))?;
            let name = file.strip_prefix(&workspace.root).unwrap_or(&file);
            writeln!(manifest, "{} {name}", lock::sha256(&content))?;
        }
    }
    let cargo_toml = workspace.root.join("Cargo.toml");
    let cargo_toml =
        std::fs::read_to_string(&cargo_toml).with_context(|| format!("failed to read `{cargo_toml}`"))?;
    manifest.push_str(&profiles(&cargo_toml));
    for line in dependencies(workspace, package)? {
        writeln!(manifest, "{line}")?;
    }
    Ok(lock::sha256(manifest.as_bytes()))
}

/// The files below `dir` that reach the component, sorted.
fn files(dir: &Utf8Path) -> Result<Vec<Utf8PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![dir.to_owned()];
    while let Some(dir) = pending.pop() {
        let listing = || format!("failed to list `{dir}`");
        for entry in dir.read_dir_utf8().with_context(listing)? {
            let entry = entry.with_context(listing)?;
            let path = entry.path();
            if entry.file_type().with_context(listing)?.is_dir() {
                if entry.file_name() != "tests" {
                    pending.push(path.to_owned());
                }
            } else if matches!(path.extension(), Some("rs" | "toml" | "wit"))
                && entry.file_name() != "tests.rs"
            {
                found.push(path.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The `[profile.release]` and `[profile.guest]` tables of a manifest.
fn profiles(cargo_toml: &str) -> String {
    let mut inside = false;
    let mut text = String::new();
    for line in cargo_toml.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            inside = matches!(line, "[profile.release]" | "[profile.guest]");
        }
        if inside {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// Every crate that `package` is built from, as `name version features`, sorted.
fn dependencies(workspace: &Workspace, package: &str) -> Result<Vec<String>> {
    let tree = workspace
        .cargo([
            "tree",
            "--locked",
            "--package",
            package,
            "--target",
            TARGET,
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--no-dedupe",
            "--format",
            "{p}\t{f}",
        ])
        .read()?;
    let mut lines: Vec<String> = tree.lines().map(dependency).collect();
    lines.sort();
    lines.dedup();
    Ok(lines)
}

/// `name version features` without the path or the note in parentheses.
fn dependency(line: &str) -> String {
    let (package, features) = line.split_once('\t').unwrap_or((line, ""));
    let package = package.split(" (").next().unwrap_or(package);
    format!("{package} {features}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_has_no_path_of_this_machine() {
        assert_eq!(
            dependency("exomonad-sdk v0.2.0 (/home/me/exomonad/crates/sdk)\t"),
            "exomonad-sdk v0.2.0 "
        );
        assert_eq!(dependency("serde_derive v1.0.2 (proc-macro)\tdefault"), "serde_derive v1.0.2 default");
        assert_eq!(dependency("serde v1.0.2\tdefault,std"), "serde v1.0.2 default,std");
    }

    #[test]
    fn only_the_profiles_a_guest_is_built_with_count() {
        let cargo_toml = "[workspace]\nx = 1\n\n[profile.release]\n# why\nlto = \"fat\"\n[profile.dev]\ndebug = 1\n\
            [profile.guest]\nopt-level = \"s\"\n";
        assert_eq!(
            profiles(cargo_toml),
            "[profile.release]\nlto = \"fat\"\n[profile.guest]\nopt-level = \"s\"\n"
        );
    }
}
