//! Which guest a command runs: the one built in, or in builds that can compile one, that of `--guest`.

use exomonad_host::engine::GuestSource;

use crate::cli::GuestArgs;

impl GuestArgs {
    /// Loads it.
    #[cfg(feature = "compile")]
    pub(crate) fn source(&self) -> anyhow::Result<GuestSource> {
        use anyhow::Context as _;
        use exomonad_host::engine::Guest;

        let Some(file) = &self.guest else { return Ok(GuestSource::Builtin) };
        let wasm = std::fs::read(file).with_context(|| format!("failed to read the guest `{file}`"))?;
        let guest = Guest::compile(&wasm).with_context(|| format!("failed to compile the guest `{file}`"))?;
        Ok(GuestSource::Loaded(Box::new(guest)))
    }

    /// The one built in.
    #[cfg(not(feature = "compile"))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "other builds have `--guest`")]
    pub(crate) fn source(&self) -> anyhow::Result<GuestSource> {
        Ok(GuestSource::Builtin)
    }
}
