//! Debian's compiler for WASM, for machines where `rustup target add` cannot download.
//!
//! The packages conflict with an installed rustc, so they are unpacked into the user's cache, never installed. Debian
//! ships the library's sources, so the standard library is built once from them.

use anyhow::{Context as _, Result, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::toolchain::{TARGET, has_std};
use crate::output;
use crate::process::Cmd;
use crate::workspace::{Workspace, cargo_home, home, variable};

const PACKAGES: [&str; 3] = ["rustc-web", "rust-web-src", "libstd-rust-web-dev"];
const HINT: &str = "run `rustup target add wasm32-unknown-unknown` instead";

/// Debian's compiler, unpacked.
#[derive(Debug)]
pub(super) struct RustWeb {
    usr: Utf8PathBuf,
}

/// Debian's compiler in the user's cache, fetched if it is not there.
pub(super) fn require(workspace: &Workspace) -> Result<RustWeb> {
    let dir = home()?.join(".cache/exomonad-ci/rust-web");
    let rust_web = RustWeb { usr: dir.join("usr") };
    if rust_web.rustc_path().is_file()
        && has_std(&rust_web.libdir())
        && rust_web.require_new_enough(workspace).is_ok()
    {
        return Ok(rust_web);
    }
    fetch(workspace, &dir)
        .with_context(|| format!("failed to set up Debian's rustc for WASM in `{dir}`; {HINT}"))?;
    Ok(rust_web)
}

impl RustWeb {
    /// The compiler with `arguments`.
    pub(super) fn rustc<'a>(&self, dir: &Utf8Path, arguments: impl IntoIterator<Item = &'a str>) -> Cmd {
        self.apply(Cmd::new(dir, self.rustc_path().as_str(), arguments))
    }

    /// What makes cargo use this compiler.
    pub(super) fn env(&self) -> Vec<(&'static str, String)> {
        let libraries = self.usr.join(format!("lib/{}-linux-gnu", std::env::consts::ARCH));
        let libraries = [Some(libraries.into_string()), variable("LD_LIBRARY_PATH")];
        vec![
            ("RUSTC", self.rustc_path().into_string()),
            ("RUSTDOC", self.usr.join("bin/rustdoc").into_string()),
            ("LD_LIBRARY_PATH", libraries.into_iter().flatten().collect::<Vec<_>>().join(":")),
        ]
    }

    /// Fails where the compiler is older than the workspace asks for.
    fn require_new_enough(&self, workspace: &Workspace) -> Result<()> {
        let text = self.rustc(&workspace.root, ["--version"]).read()?;
        let found = text.split_whitespace().nth(1).unwrap_or_default();
        let needed = env!("CARGO_PKG_RUST_VERSION");
        if numbers(found) < numbers(needed) {
            bail!("Debian's rustc-web is {found}, and {needed} is needed; run `apt-get update` as root");
        }
        Ok(())
    }

    fn apply(&self, cmd: Cmd) -> Cmd {
        self.env().into_iter().fold(cmd, |cmd, (name, value)| cmd.env(name, value))
    }

    fn rustc_path(&self) -> Utf8PathBuf {
        self.usr.join("bin/rustc")
    }

    fn libdir(&self) -> Utf8PathBuf {
        self.usr.join("lib/rustlib").join(TARGET).join("lib")
    }
}

/// `1.96.0` as numbers that compare.
fn numbers(version: &str) -> Vec<u32> {
    version.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

/// Unpacks and builds beside `dir`, and moves it there when it is complete.
fn fetch(workspace: &Workspace, dir: &Utf8Path) -> Result<()> {
    require_debian()?;
    let parent = dir.parent().context("it has no parent directory")?;
    std::fs::create_dir_all(parent).with_context(|| format!("failed to create `{parent}`"))?;
    let partial = tempfile::Builder::new().prefix("rust-web.").tempdir_in(parent)?;
    let partial_dir = Utf8Path::from_path(partial.path()).context("its path is not UTF-8")?;
    unpack(partial_dir)?;
    let unpacked = RustWeb { usr: partial_dir.join("usr") };
    unpacked.require_new_enough(workspace)?;
    build_std(workspace, &unpacked)?;
    if dir.exists() {
        std::fs::remove_dir_all(dir).with_context(|| format!("failed to remove the incomplete `{dir}`"))?;
    }
    std::fs::rename(partial.keep(), dir).with_context(|| format!("failed to move it to `{dir}`"))
}

fn require_debian() -> Result<()> {
    if !Utf8Path::new("/etc/debian_version").exists() {
        bail!("this is not Debian");
    }
    for program in ["apt-get", "apt-cache", "dpkg"] {
        Cmd::new(Utf8Path::new("/"), program, ["--version"]).read()?;
    }
    Ok(())
}

fn unpack(dir: &Utf8Path) -> Result<()> {
    let root = Utf8Path::new("/");
    // Lists from an image are as old as the image, and so is the compiler they name.
    output::step("updating the package lists");
    if let Err(err) = Cmd::new(root, "apt-get", ["update", "--quiet"]).read() {
        output::step(&format!("going on with the lists that are there: {err:#}"));
    }
    let mut packages = PACKAGES.map(str::to_owned).to_vec();
    packages.extend(libraries(root)?);
    let debs = dir.join("debs");
    std::fs::create_dir(&debs).with_context(|| format!("failed to create `{debs}`"))?;
    output::step(&format!("downloading {}", packages.join(", ")));
    let arguments = ["download".to_owned(), "--quiet".to_owned()].into_iter().chain(packages);
    Cmd::new(&debs, "apt-get", arguments).run()?;
    for entry in debs.read_dir_utf8()? {
        Cmd::new(root, "dpkg", ["-x", entry?.path().as_str(), dir.as_str()]).run()?;
    }
    std::fs::remove_dir_all(&debs).with_context(|| format!("failed to remove `{debs}`"))
}

/// The packages with the shared libraries that the compiler itself needs.
fn libraries(root: &Utf8Path) -> Result<Vec<String>> {
    let flags = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"];
    let arguments = ["depends".to_owned(), "--recurse".to_owned()]
        .into_iter()
        .chain(flags.map(|flag| format!("--no-{flag}")))
        .chain(PACKAGES.map(str::to_owned));
    let depends = Cmd::new(root, "apt-cache", arguments).read()?;
    Ok(library_names(&depends))
}

/// The lines of `apt-cache depends --recurse` that name a package of the compiler's or of LLVM's.
fn library_names(depends: &str) -> Vec<String> {
    let is_library = |name: &&str| name.starts_with("libstd-rust-web") || name.starts_with("libllvm");
    let mut names: Vec<String> = depends.lines().filter(is_library).map(str::to_owned).collect();
    names.retain(|name| !PACKAGES.contains(&name.as_str()));
    names.sort();
    names.dedup();
    names
}

/// Builds the standard library. Its paths are remapped, so that it is the same on every machine.
fn build_std(workspace: &Workspace, rust_web: &RustWeb) -> Result<()> {
    output::step("building the standard library for WASM (a minute or two, once)");
    let scratch = tempfile::tempdir().context("failed to create a temporary directory")?;
    let dir = Utf8Path::from_path(scratch.path()).context("its path is not UTF-8")?;
    std::fs::create_dir(dir.join("src"))?;
    write(&dir.join("src/lib.rs"), "")?;
    write(
        &dir.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [profile.release]\ndebug = false\n",
    )?;
    let target = dir.join("target");
    let arguments = ["-Zbuild-std=std,panic_abort", "build", "--quiet", "--release", "--target", TARGET];
    let cargo = rust_web
        .apply(
            workspace
                .cargo(arguments.into_iter().chain(["--manifest-path", dir.join("Cargo.toml").as_str()])),
        )
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_ENCODED_RUSTFLAGS", std_flags(dir, rust_web)?.join("\x1f"));
    cargo.run()?;
    install(&target.join(TARGET).join("release/deps"), &rust_web.libdir())
}

fn std_flags(dir: &Utf8Path, rust_web: &RustWeb) -> Result<Vec<String>> {
    let text = rust_web.rustc(dir, ["--version", "--verbose"]).read()?;
    let commit = text.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
    let link = rust_web.usr.join("lib/rustlib/src/rust");
    let sources = link.canonicalize_utf8().with_context(|| format!("failed to follow `{link}`"))?;
    Ok(vec![
        "-Cembed-bitcode=yes".to_owned(),
        format!("--remap-path-prefix={link}=/rustc/{commit}"),
        format!("--remap-path-prefix={sources}=/rustc/{commit}"),
        format!("--remap-path-prefix={}=/cargo", cargo_home()?.join("registry/src")),
    ])
}

fn install(deps: &Utf8Path, libdir: &Utf8Path) -> Result<()> {
    std::fs::create_dir_all(libdir).with_context(|| format!("failed to create `{libdir}`"))?;
    for entry in deps.read_dir_utf8().with_context(|| format!("failed to list `{deps}`"))? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.path().extension() == Some("rlib") && !name.starts_with("libempty") {
            let to = libdir.join(name);
            std::fs::copy(entry.path(), &to).with_context(|| format!("failed to write `{to}`"))?;
        }
    }
    if !has_std(libdir) {
        bail!("cargo built no standard library");
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a file in a temporary directory of ours")]
fn write(path: &Utf8Path, content: &str) -> Result<()> {
    std::fs::write(path, content).with_context(|| format!("failed to write `{path}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_their_numbers() {
        assert!(numbers("1.85.0") < numbers("1.95"));
        assert!(numbers("1.100.0-nightly") > numbers("1.95"));
        assert!(numbers("1.95.0") > numbers("1.95"));
    }

    #[test]
    fn library_names_are_the_compilers_own_packages() {
        let depends = "rustc-web\n  Depends: libstd-rust-web-1.96\n    libc6\nlibstd-rust-web-1.96\nlibllvm21\n\
            libstd-rust-web-dev\nlibc6\nlibllvm21\n";
        assert_eq!(library_names(depends), ["libllvm21", "libstd-rust-web-1.96"]);
    }
}
