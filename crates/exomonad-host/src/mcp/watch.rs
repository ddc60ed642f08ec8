//! Waits for what ends a sidecar from outside: a signal, or its parent's death.

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::signal::unix::{SignalKind, signal};

use super::life::Life;
#[cfg(target_os = "linux")]
use super::streams::register;

/// Ends `life` at the first of them. Needs a runtime.
pub(super) fn watch(life: &Life) {
    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        match signal(kind) {
            Ok(mut signal) => {
                let life = life.clone();
                tokio::spawn(async move {
                    if signal.recv().await.is_some() {
                        life.end();
                    }
                });
            }
            Err(err) => tracing::warn!(%err, "a signal will end the sidecar without a word"),
        }
    }
    if let Some(parent) = parent(life) {
        let life = life.clone();
        tokio::spawn(async move {
            if parent.ready(Interest::READABLE).await.is_ok() {
                life.end();
            }
        });
    }
}

/// The parent, as something that becomes readable when it ends. Nothing for a parent that is init, which never does, and
/// where the system has no such thing: there the end of the input has to do.
#[cfg(target_os = "linux")]
fn parent(life: &Life) -> Option<AsyncFd<std::os::fd::OwnedFd>> {
    use rustix::process::{Pid, PidfdFlags, getppid, pidfd_open};

    let parent = getppid().filter(|parent| *parent != Pid::INIT)?;
    let opened = pidfd_open(parent, PidfdFlags::NONBLOCK).map_err(std::io::Error::from);
    match opened.and_then(|fd| register(fd, Interest::READABLE)) {
        // It was replaced in between: the one that started us is gone.
        Ok(_) if getppid() != Some(parent) => {
            life.end();
            None
        }
        Ok(parent) => Some(parent),
        Err(err) => {
            tracing::debug!(%err, "the parent cannot be watched");
            None
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn parent(_: &Life) -> Option<AsyncFd<std::os::fd::OwnedFd>> {
    None
}
