//! The file beside a checked-in guest: what it was built from and with.

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::toolchain::Toolchain;

/// What a guest was built from and with.
#[derive(Debug)]
pub(super) struct Lock {
    /// The compiler's version, with its commit.
    pub(super) compiler: String,
    /// The cargo that ran it; the linker comes from the same toolchain.
    cargo: String,
    /// Where the standard library came from.
    std: String,
    pub(super) source_sha256: String,
    pub(super) wasm_sha256: String,
    wasm_bytes: usize,
}

impl Lock {
    /// Describes a guest that was just built.
    pub(super) fn of(toolchain: &Toolchain, source_sha256: String, wasm: &[u8]) -> Self {
        Self {
            compiler: toolchain.compiler.clone(),
            cargo: toolchain.cargo.clone(),
            std: toolchain.std.to_owned(),
            source_sha256,
            wasm_sha256: sha256(wasm),
            wasm_bytes: wasm.len(),
        }
    }

    /// Reads a lock file.
    pub(super) fn load(path: &Utf8Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("failed to read `{path}`; run `cargo xtask guest`"))?;
        Self::parse(&text).with_context(|| format!("`{path}` is not a lock file; run `cargo xtask guest`"))
    }

    fn parse(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text).context("it is not JSON")?;
        let field = |name: &str| {
            let field = value.get(name).and_then(Value::as_str);
            field.map(str::to_owned).with_context(|| format!("it has no text `{name}`"))
        };
        let bytes =
            value.get("wasm_bytes").and_then(Value::as_u64).context("it has no number `wasm_bytes`")?;
        Ok(Self {
            compiler: field("compiler")?,
            cargo: field("cargo")?,
            std: field("std")?,
            source_sha256: field("source_sha256")?,
            wasm_sha256: field("wasm_sha256")?,
            wasm_bytes: usize::try_from(bytes).context("`wasm_bytes` is too large")?,
        })
    }

    /// The file's text.
    pub(super) fn to_json(&self) -> Result<String> {
        let value = json!({
            "compiler": self.compiler,
            "cargo": self.cargo,
            "std": self.std,
            "source_sha256": self.source_sha256,
            "wasm_sha256": self.wasm_sha256,
            "wasm_bytes": self.wasm_bytes,
        });
        Ok(format!("{}\n", serde_json::to_string_pretty(&value)?))
    }

    /// Whether the same bytes can be expected of both.
    pub(super) fn same_toolchain(&self, other: &Self) -> bool {
        (&self.compiler, &self.cargo, &self.std) == (&other.compiler, &other.cargo, &other.std)
    }
}

/// The SHA-256 of `bytes`, in lowercase hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(compiler: &str) -> Lock {
        Lock {
            compiler: compiler.to_owned(),
            cargo: "cargo 1".to_owned(),
            std: "rustup".to_owned(),
            source_sha256: sha256(b"source"),
            wasm_sha256: sha256(b"wasm"),
            wasm_bytes: 4,
        }
    }

    #[test]
    fn a_lock_file_survives_writing_and_reading() {
        let read = Lock::parse(&lock("rustc 1").to_json().unwrap()).unwrap();
        assert!(read.same_toolchain(&lock("rustc 1")));
        assert_eq!(
            (read.source_sha256, read.wasm_sha256, read.wasm_bytes),
            (sha256(b"source"), sha256(b"wasm"), 4)
        );
    }

    #[test]
    fn another_compiler_is_another_toolchain() {
        assert!(!lock("rustc 1").same_toolchain(&lock("rustc 2")));
    }

    #[test]
    fn a_lock_file_without_a_field_is_refused_by_its_name() {
        let text = lock("rustc 1").to_json().unwrap().replace("source_sha256", "sha");
        assert_eq!(Lock::parse(&text).unwrap_err().to_string(), "it has no text `source_sha256`");
    }
}
