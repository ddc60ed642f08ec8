//! Effects of namespace `fs`: the caller's workspace through a capability, so that no `..`, symlink or absolute path
//! reaches anything else.

use std::io::{self, Read, Seek, SeekFrom, Write};

use camino::{Utf8Path, Utf8PathBuf};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, FileType, OpenOptions, OpenOptionsExt};
use rustix::fs::OFlags;

use super::resolve::resolve;
use super::{Caller, Failure, World, error, invalid};
use crate::contract::fs::{Entry, FileChunk, FileKind, Host};
use crate::contract::{EffectError, EffectErrorKind};

/// The most that one `read` returns, in bytes.
const READ_CAP: u32 = 1 << 20;
/// The most that one `list` returns.
const LIST_CAP: usize = 10_000;

impl Host for World {
    fn read(&mut self, path: String, offset: u64, max_bytes: u32) -> Result<FileChunk, Failure> {
        self.act("fs.read", |caller| {
            let place = Place::find(caller, &path)?;
            let mut file = place.open_file(OpenOptions::new().read(true))?;
            let mut data = Vec::new();
            let size = file.metadata().map_err(|err| place.failed("read", &err))?.len();
            file.seek(SeekFrom::Start(offset))
                .and_then(|_| file.take(u64::from(max_bytes.min(READ_CAP))).read_to_end(&mut data))
                .map_err(|err| place.failed("read", &err))?;
            Ok(FileChunk { data, size })
        })
    }

    fn write(&mut self, path: String, data: Vec<u8>) -> Result<(), Failure> {
        self.act("fs.write", |caller| {
            let place = Place::find(caller, &path)?;
            place.make_parents()?;
            place.replace(&data).map_err(|err| place.failed("write", &err))
        })
    }

    fn append(&mut self, path: String, data: Vec<u8>) -> Result<(), Failure> {
        self.act("fs.append", |caller| {
            let place = Place::find(caller, &path)?;
            place.make_parents()?;
            let mut file = place.open_file(OpenOptions::new().append(true).create(true))?;
            file.write_all(&data)
                .and_then(|()| file.sync_data())
                .map_err(|err| place.failed("append to", &err))
        })
    }

    fn list(&mut self, path: String) -> Result<Vec<Entry>, Failure> {
        self.act("fs.list", |caller| {
            let place = Place::find(caller, &path)?;
            let fail = |err: io::Error| place.failed("list", &err);
            let mut entries = Vec::new();
            for entry in place.dir.read_dir(&place.path).map_err(fail)?.take(LIST_CAP) {
                let entry = entry.map_err(fail)?;
                let metadata = entry.metadata().map_err(fail)?;
                let kind = kind_of(metadata.file_type());
                let size = if metadata.is_file() { metadata.len() } else { 0 };
                entries.push(Entry { name: entry.file_name().to_string_lossy().into_owned(), kind, size });
            }
            entries.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(entries)
        })
    }

    fn exists(&mut self, path: String) -> Result<Option<FileKind>, Failure> {
        self.act("fs.exists", |caller| {
            let place = Place::find(caller, &path)?;
            match place.dir.symlink_metadata(&place.path) {
                Ok(metadata) => Ok(Some(kind_of(metadata.file_type()))),
                Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(err) => Err(place.failed("look at", &err)),
            }
        })
    }

    fn delete(&mut self, path: String) -> Result<(), Failure> {
        self.act("fs.delete", |caller| {
            let place = Place::find(caller, &path)?;
            if place.path.as_str() == "." {
                return Err(invalid("the workspace itself is not deleted"));
            }
            let fail = |err: io::Error| place.failed("delete", &err);
            if place.dir.symlink_metadata(&place.path).map_err(fail)?.is_dir() {
                place.dir.remove_dir(&place.path).map_err(fail)
            } else {
                place.dir.remove_file(&place.path).map_err(fail)
            }
        })
    }

    fn resolve(&mut self, path: String) -> Result<String, Failure> {
        self.act("fs.resolve", |_| {
            let resolved = resolve(Utf8Path::new(&path));
            resolved.map(String::from).ok_or_else(|| invalid(format!("`{path}` is not absolute, or loops")))
        })
    }
}

/// A path inside the caller's workspace.
struct Place {
    dir: Dir,
    path: Utf8PathBuf,
}

impl Place {
    /// Takes a path relative to the workspace, or an absolute one that begins with it.
    fn find(caller: &Caller<'_>, path: &str) -> Result<Self, EffectError> {
        let workspace = caller.workspace();
        if path.contains('\0') {
            return Err(invalid("a path has no zero byte"));
        }
        let given = Utf8Path::new(path);
        let relative = if given.is_absolute() {
            given.strip_prefix(workspace).map_err(|_not_below| outside(path))?
        } else {
            given
        };
        let dir = Dir::open_ambient_dir(workspace, ambient_authority()).map_err(|err| {
            error(EffectErrorKind::Failed, format!("failed to open the workspace `{workspace}`: {err}"))
        })?;
        let path = if relative.as_str().is_empty() { Utf8PathBuf::from(".") } else { relative.to_owned() };
        Ok(Self { dir, path })
    }

    /// Opens a regular file and nothing that could block, such as a FIFO.
    fn open_file(&self, options: &mut OpenOptions) -> Result<File, EffectError> {
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        options.custom_flags(i32::try_from(flags.bits()).unwrap_or_default());
        let file = self.dir.open_with(&self.path, options).map_err(|err| self.failed("open", &err))?;
        let metadata = file.metadata().map_err(|err| self.failed("open", &err))?;
        if metadata.is_file() {
            Ok(file)
        } else {
            Err(invalid(format!("`{}` is not a regular file", self.path)))
        }
    }

    fn make_parents(&self) -> Result<(), EffectError> {
        let Some(parent) = self.path.parent().filter(|parent| !parent.as_str().is_empty()) else {
            return Ok(());
        };
        match self.dir.create_dir_all(parent) {
            // Something that is no directory inside the workspace, such as a link out of it: opening it tells.
            Err(err) if err.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => made.map_err(|err| self.failed("make the directory of", &err)),
        }
    }

    /// Writes beside the file, flushes, and renames over it.
    fn replace(&self, data: &[u8]) -> io::Result<()> {
        let name = self.path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let unique = std::process::id();
        let temporary = self.path.with_file_name(format!(".{name}.{unique}.tmp"));
        let written = self
            .dir
            .open_with(&temporary, OpenOptions::new().write(true).create_new(true))
            .and_then(|mut file| file.write_all(data).and_then(|()| file.sync_all()))
            .and_then(|()| self.dir.rename(&temporary, &self.dir, &self.path));
        if written.is_err() {
            crate::drop_logged(self.dir.remove_file(&temporary), "remove a temporary file");
        }
        written
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the system has more errors than a guest can act on")]
    fn failed(&self, act: &str, err: &io::Error) -> EffectError {
        let kind = match err.kind() {
            io::ErrorKind::NotFound => EffectErrorKind::NotFound,
            io::ErrorKind::PermissionDenied => return outside_or_denied(&self.path, err),
            io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => EffectErrorKind::Conflict,
            io::ErrorKind::IsADirectory | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput => {
                EffectErrorKind::InvalidInput
            }
            _ => EffectErrorKind::Failed,
        };
        error(kind, format!("failed to {act} `{}`: {err}", self.path))
    }
}

fn outside(path: &str) -> EffectError {
    error(EffectErrorKind::PermissionDenied, format!("`{path}` is outside the workspace"))
}

/// The sandbox reports a way out as a permission that is denied, without an error number of the system.
fn outside_or_denied(path: &Utf8Path, err: &io::Error) -> EffectError {
    match err.raw_os_error() {
        None => outside(path.as_str()),
        Some(_) => error(EffectErrorKind::PermissionDenied, format!("`{path}`: {err}")),
    }
}

fn kind_of(kind: FileType) -> FileKind {
    if kind.is_file() {
        FileKind::File
    } else if kind.is_dir() {
        FileKind::Directory
    } else if kind.is_symlink() {
        FileKind::Symlink
    } else {
        FileKind::Other
    }
}
