//! The log: `.exomonad/logs/exomonad.<date>.log`, one file a day. Opened at the first line, so that a hook with nothing to
//! say touches no file. Each line is one write, so nothing is left to flush.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::sync::OnceLock;

use camino::Utf8PathBuf;
use exomonad_host::git::Repository;
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::fmt::MakeWriter;

use crate::env::Env;

/// Starts logging. `RUST_LOG` decides what is kept; warnings and errors without it.
pub(crate) fn start(env: &Env) {
    let sink =
        Sink { dirs: env.project_dir.iter().chain([&env.dir]).cloned().collect(), file: OnceLock::new() };
    let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(sink);
    let filter = env.log_filter.as_deref().map(|filter| EnvFilter::builder().parse_lossy(filter));
    match (filter, env.log_json) {
        (Some(filter), true) => lines.json().with_env_filter(filter).init(),
        (Some(filter), false) => lines.with_env_filter(filter).init(),
        (None, true) => lines.json().with_max_level(LevelFilter::WARN).init(),
        (None, false) => lines.with_max_level(LevelFilter::WARN).init(),
    }
}

/// Where lines go: the project's log, or nowhere when there is no project or its disk takes no writes.
struct Sink {
    dirs: Vec<Utf8PathBuf>,
    file: OnceLock<Option<File>>,
}

impl Sink {
    fn open(&self) -> Option<File> {
        let repository = self.dirs.iter().find_map(|dir| Repository::find(dir).ok())?;
        let state_dir = repository.state_dir();
        let logs = state_dir.join("logs");
        if !state_dir.is_dir() {
            return None;
        }
        if !logs.is_dir() {
            std::fs::DirBuilder::new().mode(0o700).create(&logs).ok()?;
        }
        let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
        let path = logs.join(format!("exomonad.{today}.log"));
        OpenOptions::new().create(true).append(true).mode(0o600).open(path).ok()
    }
}

impl<'a> MakeWriter<'a> for Sink {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        Line(self.file.get_or_init(|| self.open()).as_ref())
    }
}

/// One line of the log.
struct Line<'a>(Option<&'a File>);

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0 {
            Some(mut file) => file.write(bytes),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
