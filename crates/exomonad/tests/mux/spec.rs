//! A pane to open, with all of it its own.

use camino::Utf8PathBuf;
use exomonad_host::mux::PaneSpec;

/// What a pane is to run.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) title: String,
    pub(crate) dir: Utf8PathBuf,
    pub(crate) argv: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
}

impl Spec {
    pub(crate) fn pane(&self) -> PaneSpec<'_> {
        PaneSpec { title: &self.title, dir: &self.dir, argv: &self.argv, env: &self.env, log: None }
    }

    pub(crate) fn with_env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }
}
