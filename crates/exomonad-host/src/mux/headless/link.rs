//! A connection to a pane.

use std::io::{self, BufReader, ErrorKind};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use camino::Utf8Path;

use super::wire::{About, Reply, Request, decode, hear, say};
use super::{io_error, unexpected};
use crate::exec::Size;
use crate::mux::MuxError;

/// How long a pane may take for an answer, such as on a loaded machine.
const LIMIT: Duration = Duration::from_secs(15);

/// A connection to a pane.
#[derive(Debug)]
pub struct Link {
    input: BufReader<UnixStream>,
    output: UnixStream,
}

/// The half of a connection that shows what a terminal shows.
#[derive(Debug)]
pub struct Shown(BufReader<UnixStream>);

impl Link {
    /// Connects; nothing when nobody listens there.
    ///
    /// # Errors
    /// The socket cannot be used.
    pub fn open(socket: &Utf8Path) -> Result<Option<Self>, MuxError> {
        let connect = || -> io::Result<Self> {
            let output = UnixStream::connect(socket)?;
            output.set_read_timeout(Some(LIMIT))?;
            output.set_write_timeout(Some(LIMIT))?;
            Ok(Self { input: BufReader::new(output.try_clone()?), output })
        };
        match connect() {
            Ok(link) => Ok(Some(link)),
            Err(err) if matches!(err.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => Ok(None),
            Err(err) => Err(io_error("connect to a pane")(err)),
        }
    }

    /// Shows the terminal from now on, in a window of this size.
    ///
    /// # Errors
    /// The pane ended, or the connection broke.
    pub fn attach(mut self, size: Size) -> Result<(Self, Shown), MuxError> {
        self.expect_done("attach", &Request::Attach { rows: size.rows, columns: size.columns })?;
        let mut shown = || -> io::Result<BufReader<UnixStream>> {
            // It may show nothing for hours. What was read ahead stays with it.
            self.output.set_read_timeout(None)?;
            let own = self.output.try_clone()?;
            Ok(std::mem::replace(&mut self.input, BufReader::new(own)))
        };
        let shown = shown().map_err(io_error("attach to a pane"))?;
        Ok((self, Shown(shown)))
    }

    /// Types bytes.
    ///
    /// # Errors
    /// The pane ended, or the connection broke.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), MuxError> {
        self.tell(&Request::write(bytes))
    }

    /// Gives the terminal the size of the window that shows it.
    ///
    /// # Errors
    /// The pane ended, or the connection broke.
    pub fn resize(&mut self, size: Size) -> Result<(), MuxError> {
        self.tell(&Request::Resize { rows: size.rows, columns: size.columns })
    }

    /// What the pane says of itself; nothing when it ended.
    pub(super) fn about(&mut self) -> Result<Option<About>, MuxError> {
        match self.ask(&Request::About)? {
            None => Ok(None),
            Some(Reply::About(about)) => Ok(Some(about)),
            other @ Some(_) => Err(unexpected("tell of itself", other)),
        }
    }

    /// Has the pane start the keeper of another one, and returns what tells that from every other.
    pub(super) fn start(
        &mut self,
        arguments: &[String],
        dir: &Utf8Path,
        environment: &[(String, String)],
    ) -> Result<String, MuxError> {
        let (arguments, environment) = (arguments.to_vec(), environment.to_vec());
        match self.ask(&Request::Start { arguments, dir: dir.to_string(), environment })? {
            Some(Reply::Started { epoch }) => Ok(epoch),
            other => Err(unexpected("open a pane", other)),
        }
    }

    pub(super) fn expect_done(&mut self, act: &str, request: &Request) -> Result<(), MuxError> {
        match self.ask(request)? {
            Some(Reply::Done) => Ok(()),
            other => Err(unexpected(act, other)),
        }
    }

    /// Asks, and waits for the answer; nothing when the pane ended.
    pub(super) fn ask(&mut self, request: &Request) -> Result<Option<Reply>, MuxError> {
        let answer = say(&self.output, request).and_then(|()| hear(&mut self.input));
        match answer {
            Err(err) if is_end(&err) => Ok(None),
            answer => answer.map_err(io_error("talk to a pane")),
        }
    }

    fn tell(&mut self, request: &Request) -> Result<(), MuxError> {
        say(&self.output, request).map_err(io_error("talk to a pane"))
    }
}

impl Shown {
    /// Waits for the next that is shown; nothing when the pane ended.
    ///
    /// # Errors
    /// The connection broke.
    pub fn wait(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            match hear(&mut self.0) {
                Ok(Some(Reply::Output { bytes })) => return decode(&bytes).map(Some),
                Ok(Some(Reply::Ended) | None) => return Ok(None),
                // The answers to what was typed.
                Ok(Some(_)) => {}
                Err(err) if is_end(&err) => return Ok(None),
                Err(err) => return Err(err),
            }
        }
    }
}

fn is_end(err: &io::Error) -> bool {
    matches!(err.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof)
}
