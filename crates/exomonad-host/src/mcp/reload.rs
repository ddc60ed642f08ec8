//! Compiles the guest anew whenever its file changes.

use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::handler::Handler;
use crate::engine::Guest;

/// How long a file has to be left alone before it is taken for written.
const QUIET: Duration = Duration::from_millis(100);

/// Watches for ever. A file that is no guest changes nothing, and the log says so.
pub(super) async fn reload(file: Utf8PathBuf, handler: Handler) {
    let (_watcher, mut changes) = match watcher(&file) {
        Ok(watched) => watched,
        Err(err) => {
            tracing::warn!(%err, "the guest `{file}` will not be reloaded");
            return;
        }
    };
    while changes.recv().await.is_some() {
        while let Ok(Some(())) = timeout(QUIET, changes.recv()).await {}
        let (path, at) = (file.clone(), handler.clone());
        let reloaded = tokio::task::spawn_blocking(move || replace(&path, &at)).await;
        if let Err(why) = reloaded.map_err(|err| err.to_string()).and_then(|reloaded| reloaded) {
            tracing::warn!("kept the guest as it is: failed to reload `{file}`: {why}");
        }
    }
}

fn replace(file: &Utf8Path, handler: &Handler) -> Result<(), String> {
    let wasm = std::fs::read(file).map_err(|err| err.to_string())?;
    let guest = Guest::compile(&wasm).map_err(|err| crate::explain(&err))?;
    let served = handler.served();
    if guest.hash() == served.toolbox.guest_hash() {
        return Ok(());
    }
    handler.replace(served.toolbox.with_guest(guest).map_err(|err| crate::explain(&err))?);
    Ok(())
}

/// The directory is watched, since an editor or a compiler may put another file in place of the old one.
fn watcher(file: &Utf8Path) -> notify::Result<(RecommendedWatcher, mpsc::Receiver<()>)> {
    let (sender, changes) = mpsc::channel(1);
    let file = file.canonicalize_utf8()?;
    let name = file.file_name().map(std::ffi::OsString::from);
    let dir = file.parent().ok_or_else(notify::Error::path_not_found)?.to_owned();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let ours = event.is_ok_and(|event| {
            !matches!(event.kind, EventKind::Access(_))
                && event.paths.iter().any(|path| path.file_name() == name.as_deref())
        });
        if ours && let Err(mpsc::error::TrySendError::Closed(())) = sender.try_send(()) {
            tracing::debug!("nobody waits for the guest's file to change");
        }
    })?;
    watcher.watch(dir.as_std_path(), RecursiveMode::NonRecursive)?;
    Ok((watcher, changes))
}
