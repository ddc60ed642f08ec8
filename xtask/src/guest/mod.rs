//! Builds the WASM guests that are checked in, so that nobody needs a WASM toolchain to build or test the rest.
//!
//! Rule: a guest and its lock file change together, and only here.

mod build;
mod lock;
mod rust_web;
mod sources;
mod toolchain;

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};
use lock::Lock;
use toolchain::Toolchain;

use crate::output;
use crate::workspace::Workspace;

/// A guest that is checked in.
#[derive(Debug)]
struct Guest {
    package: &'static str,
    /// The component, relative to the checkout.
    wasm: &'static str,
    /// What it was built from and with, relative to the checkout.
    lock: &'static str,
}

const BUILTIN: Guest = Guest {
    package: "exomonad-guest",
    wasm: "crates/exomonad-host/guest.wasm",
    lock: "crates/exomonad-host/guest.lock.json",
};

const FIXTURE: Guest = Guest {
    package: "exomonad-fixture-guest",
    wasm: "crates/exomonad-testkit/fixture.wasm",
    lock: "crates/exomonad-testkit/fixture.lock.json",
};

const GUESTS: [Guest; 2] = [BUILTIN, FIXTURE];

/// The variable through which `exomonad-host` embeds another guest than the one checked in.
const OVERRIDE: &str = "EXOMONAD_GUEST_WASM";

/// Builds every guest and writes it, with its lock file, where it is checked in.
pub(crate) fn rebuild(workspace: &Workspace) -> Result<()> {
    let toolchain = Toolchain::find(workspace)?;
    for guest in GUESTS {
        let (wasm, lock) = build(workspace, &toolchain, &guest)?;
        replace(&workspace.root.join(guest.wasm), &wasm)?;
        replace(&workspace.root.join(guest.lock), lock.to_json()?.as_bytes())?;
        output::done(&format!("{}: {} bytes, {}", guest.wasm, wasm.len(), toolchain.compiler));
    }
    Ok(())
}

/// Proves that every guest is what its sources give.
///
/// The recorded compiler must give the same bytes. With another one, bytes prove nothing, and the host's tests run
/// against the fresh guest instead.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    for guest in GUESTS {
        let recorded = Lock::load(&workspace.root.join(guest.lock))?;
        require_same_sources(workspace, &guest, &recorded)?;
        let checked_in = load(&workspace.root.join(guest.wasm))?;
        if lock::sha256(&checked_in) != recorded.wasm_sha256 {
            bail!(
                "`{}` is not the file that `{}` describes; run `cargo xtask guest`",
                guest.wasm,
                guest.lock
            );
        }
    }
    let toolchain = Toolchain::find(workspace)?;
    for guest in GUESTS {
        let recorded = Lock::load(&workspace.root.join(guest.lock))?;
        let (wasm, fresh) = build(workspace, &toolchain, &guest)?;
        if fresh.wasm_sha256 == recorded.wasm_sha256 {
            output::done(&format!("`{}` is byte for byte what its sources give", guest.wasm));
        } else if fresh.same_toolchain(&recorded) {
            bail!(
                "`{}` differs from what `{}` gives with the recorded compiler; run `cargo xtask guest`",
                guest.wasm,
                guest.package
            );
        } else {
            output::warning(&format!(
                "`{}` was built by {}, here is {}: bytes cannot be compared, behaviour is",
                guest.wasm, recorded.compiler, fresh.compiler
            ));
            if guest.package == BUILTIN.package {
                test_host_with(workspace, &wasm)?;
            }
        }
    }
    Ok(())
}

fn require_same_sources(workspace: &Workspace, guest: &Guest, recorded: &Lock) -> Result<()> {
    let source_sha256 = sources::sha256(workspace, guest.package)?;
    if source_sha256 != recorded.source_sha256 {
        bail!("the sources of `{}` changed since it was built; run `cargo xtask guest`", guest.wasm);
    }
    Ok(())
}

fn build(workspace: &Workspace, toolchain: &Toolchain, guest: &Guest) -> Result<(Vec<u8>, Lock)> {
    output::step(&format!("building {} with {}", guest.package, toolchain.compiler));
    let wasm = build::component(workspace, toolchain, guest.package)?;
    let lock = Lock::of(toolchain, sources::sha256(workspace, guest.package)?, &wasm);
    Ok((wasm, lock))
}

fn test_host_with(workspace: &Workspace, wasm: &[u8]) -> Result<()> {
    let dir = tempfile::tempdir().context("failed to create a temporary directory")?;
    let path = Utf8PathBuf::try_from(dir.path().join("guest.wasm")).context("its path is not UTF-8")?;
    replace(&path, wasm)?;
    workspace.cargo(["nextest", "run", "--package", "exomonad-host"]).env(OVERRIDE, path).run()
}

fn load(path: &Utf8Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("failed to read `{path}`; run `cargo xtask guest`"))
}

/// Replaces a file in one step.
fn replace(path: &Utf8Path, content: &[u8]) -> Result<()> {
    let dir = path.parent().with_context(|| format!("`{path}` has no directory"))?;
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new().permissions(readable_by_all()).tempfile_in(dir)?;
        std::io::Write::write_all(&mut file, content)?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("failed to write `{path}`"))
}

fn readable_by_all() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}
