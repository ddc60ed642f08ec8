//! The marked block in git's `info/exclude` that keeps our files out of the user's commits.

use super::document::Position;

const BEGIN: &str = "# exomonad: begin";
const END: &str = "# exomonad: end";

/// A marker without its counterpart, at this line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) line: usize,
}

/// The pattern that matches exactly the file at this path below the root.
pub(crate) fn pattern(relative: &str) -> String {
    let mut pattern = String::from("/");
    for letter in relative.chars() {
        if matches!(letter, '\\' | '*' | '?' | '[' | ' ') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

/// The text with one block that holds the patterns, where the old one stood or at the end.
pub(super) fn add(text: &str, patterns: &[String]) -> Result<String, Broken> {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines = [BEGIN].into_iter().chain(patterns.iter().map(String::as_str)).chain([END]);
    let block = lines.collect::<Vec<_>>().join(newline);
    if let Some((start, end)) = find(text)? {
        let (before, after) = around(text, start, end);
        return Ok(format!("{before}{block}{after}"));
    }
    Ok(if text.is_empty() || text.ends_with('\n') {
        format!("{text}{block}{newline}")
    } else {
        format!("{text}{newline}{block}")
    })
}

/// The text without the block. A last line that had no newline before [`add`] has none after.
pub(super) fn remove(text: &str) -> Result<String, Broken> {
    let Some((start, end)) = find(text)? else { return Ok(text.to_owned()) };
    let (before, after) = around(text, start, end);
    let rest = after.strip_prefix("\r\n").or_else(|| after.strip_prefix('\n'));
    Ok(match rest {
        Some(rest) => format!("{before}{rest}"),
        None => {
            let before = before.strip_suffix('\n').unwrap_or(before);
            before.strip_suffix('\r').unwrap_or(before).to_owned()
        }
    })
}

/// The patterns of the block, if there is one.
pub(super) fn patterns(text: &str) -> Result<Option<Vec<String>>, Broken> {
    let Some((start, end)) = find(text)? else { return Ok(None) };
    let block = text.get(start..end).unwrap_or_default().lines();
    Ok(Some(block.filter(|line| *line != BEGIN && *line != END).map(str::to_owned).collect()))
}

/// Where the block stands, without the newline at its end.
fn find(text: &str) -> Result<Option<(usize, usize)>, Broken> {
    let begins = marker(text, BEGIN);
    let ends = marker(text, END);
    match (begins.as_slice(), ends.as_slice()) {
        ([], []) => Ok(None),
        ([begin], [end]) if begin < end => Ok(Some((*begin, end + END.len()))),
        (markers, others) => {
            let offset = markers.last().or(others.last()).copied().unwrap_or_default();
            Err(Broken { line: Position::line_of(text, offset) })
        }
    }
}

fn marker(text: &str, marker: &str) -> Vec<usize> {
    let mut offset = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        if line.trim_end() == marker {
            found.push(offset);
        }
        offset += line.len();
    }
    found
}

fn around(text: &str, start: usize, end: usize) -> (&str, &str) {
    (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default())
}
