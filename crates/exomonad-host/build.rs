//! Compiles the guest ahead of time, so that a hook maps its code instead of making it.

#[path = "src/engine/config.rs"]
mod config;

use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

/// Names another guest to build in, so that a guest just built can be tested in place of the one checked in.
const OVERRIDE: &str = "EXOMONAD_GUEST_WASM";

#[expect(clippy::disallowed_methods, clippy::panic, reason = "this is how a build script speaks")]
fn main() {
    println!("cargo::rerun-if-env-changed={OVERRIDE}");
    let wasm_path = env::var_os(OVERRIDE).map_or_else(|| PathBuf::from("guest.wasm"), PathBuf::from);
    println!("cargo::rerun-if-changed={}", wasm_path.display());
    println!("cargo::rerun-if-changed=src/engine/config.rs");
    println!("cargo::rerun-if-changed=build.rs");
    // The bindings are made of it by a macro, whose inputs cargo does not know.
    println!("cargo::rerun-if-changed=../../wit");
    let wasm =
        fs::read(&wasm_path).unwrap_or_else(|err| panic!("failed to read {}: {err}", wasm_path.display()));
    let Some(out_dir) = env::var_os("OUT_DIR") else { panic!("cargo sets OUT_DIR") };
    let out = Path::new(&out_dir);
    let mut settings = config::engine_config();
    let target = env::var("TARGET").unwrap_or_default();
    if let Err(err) = settings.target(&target) {
        panic!("wasmtime cannot compile for {target}: {err}");
    }
    let engine =
        wasmtime::Engine::new(&settings).unwrap_or_else(|err| panic!("the engine's settings: {err}"));
    let code = engine.precompile_component(&wasm).unwrap_or_else(|err| panic!("the guest: {err:?}"));
    // Made anew, not written over: a copy of the directory may share the file.
    let write = |name: &str, bytes: &[u8]| {
        let (path, new) = (out.join(name), out.join(format!("{name}.new")));
        fs::write(&new, bytes)
            .and_then(|()| fs::rename(&new, &path))
            .unwrap_or_else(|err| panic!("failed to write {name}: {err}"));
    };
    write("guest.cwasm", &code);
    write("guest.sha256", hex(&Sha256::digest(&wasm)).as_bytes());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
