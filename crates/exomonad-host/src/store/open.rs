//! Opens the database.

use std::ffi::c_int;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::busy::patience;
use super::changes::{Changes, announce};
use super::migrations;

/// How long a writer waits for another one.
pub const BUSY_LIMIT: Duration = Duration::from_millis(1500);

/// Pages in the write-ahead log from which on somebody should move them into the database. A process that opens the
/// database while no other has it open reads the whole log, at some 4 µs a page.
const CHECKPOINT_PAGES: u32 = 32;

/// What the opener wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Makes the database if there is none, and brings an old one up to date.
    Create,
    /// For short processes: it must exist; closing it costs no disk flush.
    Short,
    /// Read only, from a disk that cannot be written. Sees what the last checkpoint left.
    Frozen,
}

/// An open database.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
    path: Utf8PathBuf,
    changes: Changes,
    /// The pages in the write-ahead log when it was opened, and after our last write.
    wal_pages_before: u32,
    wal_pages: Arc<AtomicU32>,
}

/// Why the database gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is none.
    #[error("there is no database at `{path}`")]
    Missing {
        /// Where it was looked for.
        path: Utf8PathBuf,
    },
    /// Another process held it for too long.
    #[error("the database is locked by another process")]
    Locked(#[source] rusqlite::Error),
    /// It is not a database, or a damaged one.
    #[error("the database is damaged")]
    Damaged(#[source] rusqlite::Error),
    /// The disk does not take writes.
    #[error("the database cannot be written")]
    ReadOnly(#[source] rusqlite::Error),
    /// A newer exomonad made it.
    #[error("the database has schema version {found}, this exomonad knows up to {known}")]
    TooNew {
        /// The database's version.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// A row holds what this program cannot read.
    #[error("a row of table `{table}` holds an unknown value `{value}`")]
    Unknown {
        /// The table.
        table: &'static str,
        /// The value.
        value: String,
    },
    /// There is no such message, or it is none of the agent's.
    #[error("there is no message `{id}` to or from you")]
    NoMessage {
        /// The id that was given.
        id: String,
    },
    /// There is no such pull request.
    #[error("there is no pull request #{number}")]
    NoPull {
        /// The number that was given.
        number: u64,
    },
    /// Its directory could not be made or closed to others.
    #[error("failed to prepare `{path}`")]
    Directory {
        /// The directory or file.
        path: Utf8PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// Anything else that SQLite says.
    #[error("the database failed")]
    Sqlite(#[source] rusqlite::Error),
}

impl StoreError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Missing { .. } => Some("run `exomonad init`".to_owned()),
            Self::Damaged(_) => Some(
                "move `.exomonad/state.db` and the files beside it away, then run `exomonad init`".to_owned(),
            ),
            Self::TooNew { .. } => Some("install the newest exomonad".to_owned()),
            Self::Locked(_) => {
                Some("run it again; if it lasts, see who holds the file with `fuser`".to_owned())
            }
            Self::ReadOnly(_) | Self::Directory { .. } => {
                Some("make `.exomonad/` writable for your user".to_owned())
            }
            Self::NoMessage { .. } => {
                Some("take the id from your inbox, or from the reply to `send`".to_owned())
            }
            Self::NoPull { .. } => Some("`exomonad pr list` shows those that there are".to_owned()),
            Self::Unknown { .. } | Self::Sqlite(_) => Some("run `exomonad doctor`".to_owned()),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked(source),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(source),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly(source)
            }
            Some(_) | None => Self::Sqlite(source),
        }
    }
}

impl Store {
    /// Opens the database at `path`.
    ///
    /// # Errors
    /// It is missing, damaged, from a newer version, or cannot be read.
    pub fn open(path: &Utf8Path, mode: Mode) -> Result<Self, StoreError> {
        let mut connection = match mode {
            Mode::Create => create(path)?,
            Mode::Short | Mode::Frozen => existing(path, mode)?,
        };
        let found = migrations::version(&connection)?;
        if mode != Mode::Frozen && found < migrations::latest() {
            migrations::migrate(&mut connection)?;
        }
        if found > migrations::latest() {
            return Err(StoreError::TooNew { found, known: migrations::latest() });
        }
        let wal_pages_before = wal_pages(path);
        let wal_pages = Arc::new(AtomicU32::new(wal_pages_before));
        let seen = Arc::clone(&wal_pages);
        let changes = Changes::new(path);
        let (bell, database) = (changes.bell(), path.to_owned());
        // Called after every commit. Takes the place of SQLite's own automatic checkpoint, which would flush to the disk
        // in the middle of a hook.
        connection.wal_hook(Some(move |_: &mut Wal, pages: c_int| {
            seen.store(u32::try_from(pages).unwrap_or_default(), Ordering::Relaxed);
            bell.ring();
            announce(&database);
            Ok(())
        }))?;
        let connection = Mutex::new(connection);
        Ok(Self { connection, path: path.to_owned(), changes, wal_pages_before, wal_pages })
    }

    /// Opens the database for a short process; one on a disk that takes no writes is opened to be read.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_readable(path: &Utf8Path) -> Result<Self, StoreError> {
        match Self::open(path, Mode::Short) {
            Err(StoreError::ReadOnly(err)) => {
                tracing::warn!(%err, "the database cannot be written; nothing will be recorded");
                Self::open(path, Mode::Frozen)
            }
            opened => opened,
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// What wakes those who wait for the database to change.
    #[must_use]
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Whether the writes of this process took the write-ahead log past a size at which somebody should call
    /// [`Store::checkpoint`]. True for one process in many, so that not all of them start to tidy up at once.
    #[must_use]
    pub fn wants_checkpoint(&self) -> bool {
        let pages = self.wal_pages.load(Ordering::Relaxed);
        pages / CHECKPOINT_PAGES > self.wal_pages_before / CHECKPOINT_PAGES
    }

    /// Moves the write-ahead log into the database, flushes that to the disk and empties the log. Only an empty log is
    /// short: that the rest of it was moved is known to processes that have it open, and to no later one.
    ///
    /// # Errors
    /// The database failed. A busy one is not an error: the next call does the rest.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        self.lock().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Reads the whole database and checks that it is sound.
    ///
    /// # Errors
    /// It is not.
    pub fn check(&self) -> Result<(), StoreError> {
        let answer: String = self.lock().query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if answer == "ok" {
            return Ok(());
        }
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        Err(StoreError::Damaged(rusqlite::Error::SqliteFailure(code, Some(answer))))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pages in the write-ahead log: each has a header of 24 bytes (SQLite's file format, section 4.1).
fn wal_pages(path: &Utf8Path) -> u32 {
    let bytes = std::fs::metadata(format!("{path}-wal")).map_or(0, |metadata| metadata.len());
    u32::try_from(bytes / (4096 + 24)).unwrap_or(u32::MAX)
}

fn create(path: &Utf8Path) -> Result<Connection, StoreError> {
    let prepare = |source| StoreError::Directory { path: path.to_owned(), source };
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(prepare)?;
    }
    let new = !path.exists();
    let mut connection = Connection::open(path)?;
    if new {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(prepare)?;
    }
    prepare_connection(&mut connection)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    Ok(connection)
}

fn existing(path: &Utf8Path, mode: Mode) -> Result<Connection, StoreError> {
    if !path.is_file() {
        return Err(StoreError::Missing { path: path.to_owned() });
    }
    if mode == Mode::Frozen {
        let uri = format!("file:{}?immutable=1", escape(path));
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        return Ok(Connection::open_with_flags(uri, flags)?);
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    prepare_connection(&mut connection)?;
    Ok(connection)
}

fn prepare_connection(connection: &mut Connection) -> Result<(), StoreError> {
    connection.busy_handler(Some(patience(BUSY_LIMIT)))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "synchronous", "normal")?;
    Ok(())
}

fn escape(path: &Utf8Path) -> String {
    path.as_str().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}
