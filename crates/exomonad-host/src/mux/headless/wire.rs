//! What is said on a pane's socket: a line of JSON for each request and each reply.

use std::io::{self, BufRead, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The longest line that is read: the longest text that may be pasted, and the largest environment, are below it.
const LINE_BYTES: u64 = 8 << 20;

/// What a pane can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub(super) enum Request {
    About,
    Screen {
        full: bool,
    },
    /// Bytes in base64, as a keyboard would give them.
    Write {
        bytes: String,
    },
    /// Text in one piece.
    Paste {
        text: String,
    },
    Resize {
        rows: u16,
        columns: u16,
    },
    /// Show on this connection, from now on, what the terminal shows.
    Attach {
        rows: u16,
        columns: u16,
    },
    /// Start the keeper of another pane.
    Start {
        arguments: Vec<String>,
        dir: String,
        environment: Vec<(String, String)>,
    },
    Close,
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub(super) enum Reply {
    About(About),
    Screen {
        text: String,
    },
    /// Bytes in base64 for the terminal of whoever is attached.
    Output {
        bytes: String,
    },
    /// The keeper of another pane listens.
    Started {
        epoch: String,
    },
    Done,
    Refused {
        why: String,
    },
    /// The program ended, and all it showed was sent.
    Ended,
}

/// A pane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) epoch: String,
    /// The first pane of those that were opened beside one another.
    pub(super) tab: String,
    pub(super) title: String,
    pub(super) pid: Option<u32>,
    pub(super) clients: u32,
    pub(super) began_ms: u64,
}

impl Request {
    pub(super) fn write(bytes: &[u8]) -> Self {
        Self::Write { bytes: encode(bytes) }
    }
}

pub(super) fn encode(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

pub(super) fn decode(text: &str) -> io::Result<Vec<u8>> {
    BASE64.decode(text).map_err(io::Error::other)
}

/// Writes one line.
pub(super) fn say(mut stream: impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    stream.write_all(&line)
}

/// Reads one line; nothing at the end.
pub(super) fn hear<T: DeserializeOwned>(stream: &mut impl BufRead) -> io::Result<Option<T>> {
    let mut line = Vec::new();
    let read = io::Read::take(&mut *stream, LINE_BYTES).read_until(b'\n', &mut line)?;
    if read == 0 {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(serde_json::from_slice(&line)?))
}
