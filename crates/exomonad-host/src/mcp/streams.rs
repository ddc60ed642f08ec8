//! The two streams to the client, without blocking where the system allows it.
//!
//! A pipe is opened anew through `/proc`, so that only we see it as non-blocking; a socket, which Node and Bun give their
//! children, is asked not to block at each call. Whatever else it is (a file, a terminal, a pipe on a system without
//! `/proc`) gets a thread that may block.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::sync::Arc;

use rustix::fs::{FileType, Mode, OFlags};
use rustix::net::{RecvFlags, SendFlags};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::mpsc;

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;

/// What the client sends.
#[derive(Debug)]
pub(super) enum Input {
    Pipe(AsyncFd<OwnedFd>, Vec<u8>),
    Socket(AsyncFd<OwnedFd>, Vec<u8>),
    Thread(mpsc::Receiver<io::Result<Vec<u8>>>),
}

/// What the client is sent.
#[derive(Debug)]
pub(super) enum Output {
    Pipe(AsyncFd<OwnedFd>),
    Socket(AsyncFd<OwnedFd>),
    File(Arc<File>),
}

enum Kind {
    Pipe(OwnedFd),
    Socket(OwnedFd),
    Other(OwnedFd),
}

/// Has the event loop tell when something can be done with it. Needs a runtime.
#[expect(
    deprecated,
    reason = "sound for a descriptor that is owned; the successor is `unsafe`, which only the engine is"
)]
pub(super) fn register(fd: OwnedFd, interest: Interest) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(fd, interest)
}

fn kind(fd: OwnedFd, access: OFlags) -> io::Result<Kind> {
    match FileType::from_raw_mode(rustix::fs::fstat(&fd)?.st_mode) {
        FileType::Socket => Ok(Kind::Socket(fd)),
        FileType::Fifo => {
            let path = format!("/proc/self/fd/{}", fd.as_raw_fd());
            match rustix::fs::open(path, access | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty()) {
                Ok(own) => Ok(Kind::Pipe(own)),
                Err(err) => {
                    tracing::debug!(%err, "a pipe cannot be opened anew");
                    Ok(Kind::Other(fd))
                }
            }
        }
        FileType::RegularFile
        | FileType::Directory
        | FileType::Symlink
        | FileType::CharacterDevice
        | FileType::BlockDevice
        | FileType::Unknown => Ok(Kind::Other(fd)),
    }
}

impl Input {
    /// Needs a runtime.
    pub(super) fn new(fd: OwnedFd) -> io::Result<Self> {
        Ok(match kind(fd, OFlags::RDONLY)? {
            Kind::Pipe(fd) => Self::Pipe(register(fd, Interest::READABLE)?, vec![0; CHUNK]),
            Kind::Socket(fd) => Self::Socket(register(fd, Interest::READABLE)?, vec![0; CHUNK]),
            Kind::Other(fd) => Self::Thread(read_aside(File::from(fd))?),
        })
    }

    /// Gives what is there to `take`, and says whether there may be more. Nothing is lost when the future is dropped.
    pub(super) async fn read(&mut self, take: impl FnOnce(&[u8])) -> io::Result<bool> {
        let size = match self {
            Self::Pipe(fd, buffer) => {
                let read = |fd: &OwnedFd| Ok(rustix::io::read(fd, &mut *buffer)?);
                let size = fd.async_io(Interest::READABLE, read).await?;
                take(buffer.get(..size).unwrap_or_default());
                size
            }
            Self::Socket(fd, buffer) => {
                let read = |fd: &OwnedFd| Ok(rustix::net::recv(fd, &mut *buffer, RecvFlags::DONTWAIT)?.0);
                let size = fd.async_io(Interest::READABLE, read).await?;
                take(buffer.get(..size).unwrap_or_default());
                size
            }
            Self::Thread(chunks) => {
                let chunk = chunks.recv().await.transpose()?.unwrap_or_default();
                take(&chunk);
                chunk.len()
            }
        };
        Ok(size > 0)
    }
}

/// The thread blocks until there is something to read, at worst until the process ends.
fn read_aside(mut file: File) -> io::Result<mpsc::Receiver<io::Result<Vec<u8>>>> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::Builder::new().name("client-input".to_owned()).spawn(move || {
        loop {
            let mut chunk = vec![0; CHUNK];
            let read = file.read(&mut chunk).map(|size| {
                chunk.truncate(size);
                chunk
            });
            let last = !matches!(&read, Ok(chunk) if !chunk.is_empty());
            if sender.blocking_send(read).is_err() || last {
                return;
            }
        }
    })?;
    Ok(receiver)
}

impl Output {
    /// Needs a runtime.
    pub(super) fn new(fd: OwnedFd) -> io::Result<Self> {
        Ok(match kind(fd, OFlags::WRONLY)? {
            Kind::Pipe(fd) => Self::Pipe(register(fd, Interest::WRITABLE)?),
            Kind::Socket(fd) => Self::Socket(register(fd, Interest::WRITABLE)?),
            Kind::Other(fd) => Self::File(Arc::new(File::from(fd))),
        })
    }

    /// Writes all of it.
    pub(super) async fn write(&self, frame: Vec<u8>) -> io::Result<()> {
        let mut rest = frame.as_slice();
        while !rest.is_empty() {
            let size = match self {
                Self::Pipe(fd) => {
                    fd.async_io(Interest::WRITABLE, |fd| Ok(rustix::io::write(fd, rest)?)).await?
                }
                Self::Socket(fd) => {
                    let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
                    fd.async_io(Interest::WRITABLE, |fd| Ok(rustix::net::send(fd, rest, flags)?)).await?
                }
                Self::File(file) => return write_aside(Arc::clone(file), frame).await,
            };
            rest = rest.get(size..).unwrap_or_default();
        }
        Ok(())
    }

    /// Waits until nobody can read any more of it; for ever where the system does not tell.
    pub(super) async fn broken(&self) {
        let told = match self {
            Self::Pipe(fd) => fd.ready(Interest::ERROR).await.map(|_| ()),
            Self::Socket(_) | Self::File(_) => return std::future::pending().await,
        };
        if let Err(err) = told {
            tracing::debug!(%err, "the system does not tell when the client is gone");
            std::future::pending::<()>().await;
        }
    }
}

async fn write_aside(file: Arc<File>, frame: Vec<u8>) -> io::Result<()> {
    let (sender, written) = tokio::sync::oneshot::channel();
    std::thread::Builder::new().name("client-output".to_owned()).spawn(move || {
        let result = (&*file).write_all(&frame);
        if sender.send(result).is_err() {
            tracing::debug!("nobody waits for a frame to be written");
        }
    })?;
    written.await.map_err(io::Error::other)?
}

/// Our own standard input and output.
pub(super) fn standard() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok((io::stdin().as_fd().try_clone_to_owned()?, io::stdout().as_fd().try_clone_to_owned()?))
}
