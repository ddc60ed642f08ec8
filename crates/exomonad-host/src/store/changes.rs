//! Wakes whoever waits for the database to change, in this process and in others, without asking it again and again.
//!
//! Every commit ends with a touch of the write-ahead log's time stamps. That is what other processes watch for: the log's
//! content changes before the commit can be seen, which a flush to the disk can delay by any time. A process that dies in
//! between closes the log, which is seen, too.
//!
//! To miss nothing: [`Changes::watch`], [`Watching::generation`], query, [`Watching::wait`], and query again.

use std::ffi::OsString;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, utimensat};

/// How often a waiter looks where the system does not tell of changes.
const LOOK: Duration = Duration::from_millis(250);

/// The changes of one open database. Costs nothing while nobody watches.
#[derive(Debug)]
pub struct Changes {
    bell: Arc<Bell>,
    database: Utf8PathBuf,
    watcher: Mutex<Weak<Option<RecommendedWatcher>>>,
    warned: AtomicBool,
}

/// Counts changes and wakes those who wait for one.
#[derive(Debug, Default)]
pub(super) struct Bell {
    generation: Mutex<u64>,
    changed: Condvar,
}

/// A waiter's view. While there is one, changes made by other processes are noticed.
#[derive(Debug)]
pub struct Watching {
    bell: Arc<Bell>,
    /// Holds nothing where the system does not tell of changes.
    watcher: Arc<Option<RecommendedWatcher>>,
}

impl Changes {
    pub(super) fn new(database: &Utf8Path) -> Self {
        Self {
            bell: Arc::default(),
            database: database.to_owned(),
            watcher: Mutex::default(),
            warned: AtomicBool::new(false),
        }
    }

    pub(super) fn bell(&self) -> Arc<Bell> {
        Arc::clone(&self.bell)
    }

    /// Wakes every waiter of this process. Whoever stops a call of the guest does this, so that the call sees it.
    pub fn ring(&self) {
        self.bell.ring();
    }

    /// Begins to watch. Several waiters share one watcher, and the last one ends it.
    #[must_use]
    pub fn watch(&self) -> Watching {
        let mut shared = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        let watcher = shared.upgrade().unwrap_or_else(|| Arc::new(self.start()));
        *shared = Arc::downgrade(&watcher);
        Watching { bell: self.bell(), watcher }
    }

    /// Whether somebody watches now.
    #[must_use]
    pub fn is_watching(&self) -> bool {
        self.watcher.lock().unwrap_or_else(PoisonError::into_inner).strong_count() > 0
    }

    fn start(&self) -> Option<RecommendedWatcher> {
        let started = watcher(&self.database, self.bell());
        if let Err(err) = &started
            && !self.warned.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(%err, "the system does not tell of changes; looking every {} ms", LOOK.as_millis());
        }
        started.ok()
    }
}

impl Watching {
    /// Grows with every change.
    #[must_use]
    pub fn generation(&self) -> u64 {
        *self.bell.lock()
    }

    /// Waits until the generation is not `seen` any more, or the time is up, and returns the generation. May return
    /// early: only a query tells whether there is news.
    pub fn wait(&self, seen: u64, timeout: Duration) -> u64 {
        let limit = if self.watcher.is_some() { timeout } else { timeout.min(LOOK) };
        let waited =
            self.bell.changed.wait_timeout_while(self.bell.lock(), limit, |generation| *generation == seen);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Bell {
    pub(super) fn ring(&self) {
        *self.lock() += 1;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.generation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the watchers of other processes that a commit can be seen.
pub(super) fn announce(database: &Utf8Path) {
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    let times = Timestamps { last_access: now, last_modification: now };
    let touched = utimensat(CWD, format!("{database}-wal"), &times, AtFlags::empty());
    crate::drop_logged(touched, "tell other processes of a change");
}

fn watcher(database: &Utf8Path, bell: Arc<Bell>) -> notify::Result<RecommendedWatcher> {
    let dir = database.parent().ok_or_else(notify::Error::path_not_found)?;
    let names: Vec<OsString> = database
        .file_name()
        .into_iter()
        .flat_map(|name| [name.into(), format!("{name}-wal").into()])
        .collect();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // When the watcher itself fails, a look too many is better than one too few.
        if event.map_or(true, |event| is_change(&event, &names)) {
            bell.ring();
        }
    })?;
    watcher.watch(dir.as_std_path(), RecursiveMode::NonRecursive)?;
    Ok(watcher)
}

fn is_change(event: &Event, names: &[OsString]) -> bool {
    let is_ours = |path: &Path| path.file_name().is_some_and(|name| names.iter().any(|ours| ours == name));
    match event.kind {
        EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write) => false,
        EventKind::Any
        | EventKind::Access(_)
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => event.need_rescan() || event.paths.iter().any(|path| is_ours(path)),
    }
}
