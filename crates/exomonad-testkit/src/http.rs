//! As much HTTP/1.1 as the clients under test need: requests in, one whole answer or a stream of events back.

use std::io::{self, BufRead, Error, ErrorKind, Write};

/// A request that arrived whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    /// The headers, their names in lowercase.
    headers: Vec<(String, String)>,
    /// The client wants the connection closed.
    pub(crate) last: bool,
    pub(crate) body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

enum Length {
    Known(usize),
    Chunked,
}

impl Request {
    /// Every header, in the order of arrival; names are in lowercase.
    pub(crate) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The first header of that name, which is in lowercase.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads the next request; `None` when the client closed the connection between requests.
pub(crate) fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
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
        headers: Vec::new(),
        last: false,
        body: Vec::new(),
    };
    let mut length = Length::Known(0);
    while let Some(header) = line(reader)?.filter(|header| !header.is_empty()) {
        let (name, value) = header.split_once(':').ok_or_else(|| invalid("a header has no colon"))?;
        let (name, value) = (name.to_ascii_lowercase(), value.trim());
        match name.as_str() {
            "content-length" => {
                length = Length::Known(value.parse().map_err(|_err| invalid("content-length is no number"))?);
            }
            "transfer-encoding" => length = Length::Chunked,
            "connection" => request.last = value.eq_ignore_ascii_case("close"),
            _ => {}
        }
        request.headers.push((name, value.to_owned()));
    }
    request.body = match length {
        Length::Known(bytes) => exactly(reader, bytes)?,
        Length::Chunked => chunks(reader)?,
    };
    Ok(Some(request))
}

/// Writes an answer; the body of an answer to HEAD is left out.
pub(crate) fn write(writer: &mut impl Write, request: &Request, response: &Response) -> io::Result<()> {
    write_with(writer, request, response, &[])
}

/// As [`write()`], with further headers.
pub(crate) fn write_with(
    writer: &mut impl Write,
    request: &Request,
    response: &Response,
    headers: &[(&str, &str)],
) -> io::Result<()> {
    let Response { status, content_type, body } = response;
    let connection = if request.last { "close" } else { "keep-alive" };
    let length = body.len().to_string();
    let own = [("content-type", *content_type), ("content-length", &length), ("connection", connection)];
    write_head(writer, *status, own.iter().chain(headers))?;
    if request.method != "HEAD" {
        writer.write_all(body.as_bytes())?;
    }
    writer.flush()
}

/// Begins a stream of events, which ends with the connection.
pub(crate) fn begin_events(writer: &mut impl Write, headers: &[(&str, &str)]) -> io::Result<()> {
    let own = [("content-type", "text/event-stream"), ("connection", "close")];
    write_head(writer, 200, own.iter().chain(headers))?;
    writer.flush()
}

/// Writes one event.
pub(crate) fn write_event(writer: &mut impl Write, data: &str) -> io::Result<()> {
    writer.write_all(format!("event: message\ndata: {data}\n\n").as_bytes())?;
    writer.flush()
}

fn write_head<'a>(
    writer: &mut impl Write,
    status: u16,
    headers: impl IntoIterator<Item = &'a (&'a str, &'a str)>,
) -> io::Result<()> {
    let reason = if (200..300).contains(&status) { "OK" } else { "Error" };
    let mut head = format!("HTTP/1.1 {status} {reason}\r\n");
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");
    writer.write_all(head.as_bytes())
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
