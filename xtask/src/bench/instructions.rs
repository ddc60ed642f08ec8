//! Instructions, counted by callgrind: the one figure that no other program on the machine can move.

use anyhow::{Context as _, Result};

use super::contender::{Contender, Part};
use super::sample::real;
use super::table::table;
use super::tools::{Tools, system_program};
use crate::output;

/// Counts, and writes the section of the report.
pub(super) fn count(tools: &Tools, contenders: &[Contender]) -> Result<String> {
    let body = match system_program("valgrind") {
        Some(valgrind) => counted(tools, contenders, valgrind.as_str())?,
        None => "valgrind is not among the system's programs: not counted.".to_owned(),
    };
    Ok(format!("### Instructions\n\n{body}"))
}

fn counted(tools: &Tools, contenders: &[Contender], valgrind: &str) -> Result<String> {
    output::step("instructions");
    let mut floor = None;
    let mut rows = Vec::new();
    for contender in contenders.iter().filter(|contender| is_counted(contender.part)) {
        let count = of(tools, contender, valgrind)?;
        let floor = *floor.get_or_insert(count);
        rows.push(vec![
            contender.name.clone(),
            format!("{:.2}", real(count) / 1e6),
            format!("{:.1}x", real(count) / real(floor)),
        ]);
    }
    Ok(table(&["contender", "million instructions", "/ floor"], &rows))
}

/// The instructions of one run.
pub(super) fn of(tools: &Tools, contender: &Contender, valgrind: &str) -> Result<u64> {
    let callgrind = [valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null", "--log-fd=1"];
    let words = [&callgrind[..], &contender.words()].concat();
    let text = tools.answer(&contender.dir, &contender.payload, &words)?;
    collected(&text).with_context(|| format!("callgrind counted nothing: {text}"))
}

fn is_counted(part: Part) -> bool {
    match part {
        Part::Floor | Part::Arguments | Part::Unasked | Part::Allow | Part::Deny => true,
        Part::System | Part::Script => false,
    }
}

fn collected(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.split_once("Collected :"))?;
    line.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callgrind_says_what_it_collected() {
        assert_eq!(collected("==7== Events    : Ir\n==7== Collected : 4165783\n==7==\n"), Some(4_165_783));
        assert_eq!(collected("==7== killed\n"), None);
    }
}
