//! As much HTTP/1.1 as the coding agents' clients need: requests in, one whole answer each, connections kept open.

use std::io::{self, BufRead, Error, ErrorKind, Write};

/// A request that arrived whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    /// How the body is packed, where it is.
    pub(super) encoding: Option<String>,
    /// The client wants the connection closed.
    pub(super) last: bool,
    pub(super) body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

enum Length {
    Known(usize),
    Chunked,
}

/// Reads the next request; `None` when the client closed the connection between requests.
pub(super) fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let Some(start) = line(reader)? else {
        return Ok(None);
    };
    let mut words = start.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(invalid("the request line has no target"));
    };
    let mut request = Request {
        method: method.to_owned(),
        target: target.to_owned(),
        encoding: None,
        last: false,
        body: Vec::new(),
    };
    let mut length = Length::Known(0);
    while let Some(header) = line(reader)?.filter(|header| !header.is_empty()) {
        let (name, value) = header.split_once(':').ok_or_else(|| invalid("a header has no colon"))?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => {
                length = Length::Known(value.parse().map_err(|_err| invalid("content-length is no number"))?);
            }
            "transfer-encoding" => length = Length::Chunked,
            "content-encoding" => request.encoding = Some(value.to_owned()),
            "connection" => request.last = value.eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
    request.body = match length {
        Length::Known(bytes) => exactly(reader, bytes)?,
        Length::Chunked => chunks(reader)?,
    };
    Ok(Some(request))
}

/// Writes an answer; the body of an answer to HEAD is left out.
pub(super) fn write(writer: &mut impl Write, request: &Request, response: &Response) -> io::Result<()> {
    let Response { status, content_type, body } = response;
    let reason = if *status == 200 { "OK" } else { "Error" };
    let length = body.len();
    let connection = if request.last { "close" } else { "keep-alive" };
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: {connection}\r\n\r\n"
    );
    writer.write_all(head.as_bytes())?;
    if request.method != "HEAD" {
        writer.write_all(body.as_bytes())?;
    }
    writer.flush()
}

fn line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(reader)?.ok_or_else(|| invalid("the body ends inside a chunk"))?;
        let digits = size.split(';').next().unwrap_or_default().trim();
        let size =
            usize::from_str_radix(digits, 16).map_err(|_err| invalid("a chunk's size is no number"))?;
        body.extend(exactly(reader, size)?);
        // After each chunk's bytes, and after the trailers that may follow the last one, comes an empty line.
        while line(reader)?.is_some_and(|line| !line.is_empty()) {}
        if size == 0 {
            return Ok(body);
        }
    }
}

fn exactly(reader: &mut impl BufRead, bytes: usize) -> io::Result<Vec<u8>> {
    let mut body = vec![0; bytes];
    reader.read_exact(&mut body)?;
    Ok(body)
}

fn invalid(what: &'static str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}
