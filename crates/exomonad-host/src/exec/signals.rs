//! The signals that this process is sent, as something to wait for.
//!
//! They are caught, not ignored: a program that is started later begins with the system's own answers to them.

use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::Signal;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// What a signal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The terminal is gone.
    Hangup,
    /// Somebody wants this process to end.
    Terminate,
    /// A key that interrupts, quits or suspends was pressed, or the like was sent.
    Interrupt,
    /// The terminal has another size.
    Resized,
    /// A child ended.
    Child,
}

impl Notice {
    const ALL: [Self; 5] = [Self::Hangup, Self::Terminate, Self::Interrupt, Self::Resized, Self::Child];

    fn signals(self) -> Vec<SignalKind> {
        match self {
            Self::Hangup => vec![SignalKind::hangup()],
            Self::Terminate => vec![SignalKind::terminate()],
            Self::Interrupt => {
                vec![SignalKind::interrupt(), SignalKind::quit(), SignalKind::from_raw(Signal::TSTP.as_raw())]
            }
            Self::Resized => vec![SignalKind::window_change()],
            Self::Child => vec![SignalKind::child()],
        }
    }

    /// The byte that stands for it between the two threads.
    fn byte(self) -> u8 {
        match self {
            Self::Hangup => b'h',
            Self::Terminate => b't',
            Self::Interrupt => b'i',
            Self::Resized => b'w',
            Self::Child => b'c',
        }
    }
}

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// A signal came.
    Notice(Notice),
    /// There is something to read.
    Readable,
    /// The time is up.
    TimeUp,
}

/// The signals of this process. Once caught they stay caught, so there is one of these for as long as the process runs.
#[derive(Debug)]
pub struct Signals {
    notices: UnixStream,
    ending: bool,
}

impl Signals {
    /// Catches them from now on.
    ///
    /// # Errors
    /// The system does not let us.
    pub fn catch() -> io::Result<Self> {
        let (notices, mut teller) = UnixStream::pair()?;
        teller.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let mut streams = Vec::new();
        {
            let _entered = runtime.enter();
            for notice in Notice::ALL {
                for kind in notice.signals() {
                    streams.push((notice, signal(kind)?));
                }
            }
        }
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            runtime.block_on(async {
                while let Some(notice) = next(&mut streams).await {
                    // Full: whoever does not read has enough of them to wake up.
                    if let Err(err) = teller.write(&[notice.byte()])
                        && err.kind() != io::ErrorKind::WouldBlock
                    {
                        return;
                    }
                }
            });
        })?;
        Ok(Self { notices, ending: false })
    }

    /// Whether a hang-up or a request to end was among those waited for.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.ending
    }

    /// Waits for the next one, for at most `limit`.
    ///
    /// # Errors
    /// The system does not let us wait.
    pub fn wait(&mut self, limit: Option<Duration>) -> io::Result<Option<Notice>> {
        match self.wait_or_read(None, limit)? {
            Wake::Notice(notice) => Ok(Some(notice)),
            Wake::Readable | Wake::TimeUp => Ok(None),
        }
    }

    /// Waits for the next one, or until there is something to read.
    ///
    /// # Errors
    /// The system does not let us wait.
    pub fn wait_or_read(
        &mut self,
        source: Option<BorrowedFd<'_>>,
        limit: Option<Duration>,
    ) -> io::Result<Wake> {
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        loop {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let (noticed, readable) = self.poll(source, left)?;
            if noticed && let Some(notice) = self.read()? {
                return Ok(Wake::Notice(notice));
            }
            if readable {
                return Ok(Wake::Readable);
            }
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(Wake::TimeUp);
            }
        }
    }

    fn poll(&self, source: Option<BorrowedFd<'_>>, limit: Option<Duration>) -> io::Result<(bool, bool)> {
        let notices = self.notices.as_fd();
        let mut wanted: Vec<_> = [Some(notices), source]
            .iter()
            .flatten()
            .map(|source| PollFd::from_borrowed_fd(*source, PollFlags::IN))
            .collect();
        let limit = limit.map(Timespec::try_from).transpose().map_err(io::Error::other)?;
        match poll(&mut wanted, limit.as_ref()) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok((false, false)),
            Err(err) => return Err(err.into()),
        }
        let mut ready = wanted.iter().map(|wanted| !wanted.revents().is_empty());
        Ok((ready.next().unwrap_or_default(), ready.next().unwrap_or_default()))
    }

    fn read(&mut self) -> io::Result<Option<Notice>> {
        let mut byte = [0];
        if self.notices.read(&mut byte)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let [byte] = byte;
        let notice = Notice::ALL.into_iter().find(|notice| notice.byte() == byte);
        self.ending |= matches!(notice, Some(Notice::Hangup | Notice::Terminate));
        Ok(notice)
    }
}

/// The first signal that comes.
async fn next(streams: &mut [(Notice, Stream)]) -> Option<Notice> {
    std::future::poll_fn(|cx| {
        for (notice, stream) in &mut *streams {
            if let std::task::Poll::Ready(came) = stream.poll_recv(cx) {
                return std::task::Poll::Ready(came.map(|()| *notice));
            }
        }
        std::task::Poll::Pending
    })
    .await
}
