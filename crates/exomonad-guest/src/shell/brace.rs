//! Brace expansion: `{a,b}` and `{1..3}`.

use super::ast::{Part, Word};
use super::cursor::Unparseable;

const MAX_WORDS: usize = 128;
const MAX_MARKS: usize = 128;

/// The words that a word stands for, in order. Marks that expand nothing become text.
pub(super) fn expand(word: &Word) -> Result<Vec<Word>, Unparseable> {
    let marks = word.iter().filter(|part| matches!(part, Part::Mark(_))).count();
    if marks == 0 {
        return Ok(vec![word.clone()]);
    }
    if marks > MAX_MARKS {
        return Err(Unparseable("it has too many braces"));
    }
    let mut budget = MAX_WORDS;
    let words = alternatives(word, &mut budget)?;
    Ok(words.into_iter().map(|word| word.into_iter().map(unmarked).collect()).collect())
}

fn unmarked(part: Part) -> Part {
    match part {
        Part::Mark(char) => Part::Text { text: char.to_string(), quoted: false },
        other @ (Part::Text { .. }
        | Part::Glob(_)
        | Part::Tilde(_)
        | Part::Parameter { .. }
        | Part::Command { .. }
        | Part::Process(_)
        | Part::Arithmetic(_)) => other,
    }
}

fn alternatives(word: &[Part], budget: &mut usize) -> Result<Vec<Word>, Unparseable> {
    let Some((before, choices, after)) = first_group(word) else { return Ok(vec![word.to_vec()]) };
    let tails = alternatives(after, budget)?;
    let mut words = Vec::new();
    for choice in choices {
        for middle in alternatives(&choice, budget)? {
            for tail in &tails {
                *budget = budget.checked_sub(1).ok_or(Unparseable("its braces stand for too many words"))?;
                words.push(before.iter().chain(&middle).chain(tail).cloned().collect());
            }
        }
    }
    Ok(words)
}

/// The text before the first group that expands, what the group can be, and the text after it.
fn first_group(word: &[Part]) -> Option<(&[Part], Vec<Word>, &[Part])> {
    for (start, _) in word.iter().enumerate().filter(|(_, part)| matches!(part, Part::Mark('{'))) {
        let (before, rest) = word.split_at_checked(start)?;
        let (_, rest) = rest.split_first()?;
        if let Some((choices, after)) = choices(rest) {
            return Some((before, choices, after));
        }
    }
    None
}

fn choices(rest: &[Part]) -> Option<(Vec<Word>, &[Part])> {
    let mut depth = 0_usize;
    let mut choices = Vec::new();
    let mut choice = Word::new();
    for (index, part) in rest.iter().enumerate() {
        match part {
            Part::Mark('}') if depth == 0 => {
                let after = rest.get(index + 1..)?;
                if choices.is_empty() {
                    return Some((range(&choice)?, after));
                }
                choices.push(choice);
                return Some((choices, after));
            }
            Part::Mark(',') if depth == 0 => choices.push(std::mem::take(&mut choice)),
            Part::Mark(char) => {
                match char {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                choice.push(part.clone());
            }
            Part::Text { .. }
            | Part::Glob(_)
            | Part::Tilde(_)
            | Part::Parameter { .. }
            | Part::Command { .. }
            | Part::Process(_)
            | Part::Arithmetic(_) => choice.push(part.clone()),
        }
    }
    None
}

fn range(word: &Word) -> Option<Vec<Word>> {
    let [Part::Text { text, quoted: false }] = word.as_slice() else { return None };
    let (from, to) = text.split_once("..")?;
    let words = |texts: Vec<String>| {
        texts.into_iter().map(|text| vec![Part::Text { text, quoted: true }]).collect::<Vec<Word>>()
    };
    if let (Ok(from), Ok(to)) = (from.parse::<i64>(), to.parse::<i64>()) {
        let numbers = from.min(to)..=from.max(to);
        return Some(words(numbers.take(MAX_WORDS).map(|number| number.to_string()).collect()));
    }
    let mut ends = (from.chars(), to.chars());
    match (ends.0.next(), ends.0.next(), ends.1.next(), ends.1.next()) {
        (Some(from), None, Some(to), None) => {
            Some(words((from.min(to)..=from.max(to)).take(MAX_WORDS).map(String::from).collect()))
        }
        _ => None,
    }
}
