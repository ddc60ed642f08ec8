//! Which of some commands a line's exit status speaks for.
//!
//! Rule: in doubt, none. `cargo test | tail` and `cargo test; echo done` end well whatever became of the tests.

use super::ast::{Chain, Change, Command, Compound, Link, Part, Pipeline, Redirect, Script, Simple, Word};
use super::parse::parse_nested;
use super::state::Place;
use super::value::{Piece, Value};
use crate::path::{self, Dir, Path};

/// What ends the line early, or makes the words mean something else.
const TWISTS: &[&str] = &["exit", "exec", "return", "trap", "alias", "eval", "kill", "break", "continue"];

/// What goes elsewhere in a way that is not followed.
const MOVES: &[&str] = &["cd", "pushd", "popd"];

/// What may come after a command without making files that it did not see.
const HARMLESS: &[&str] = &["echo", "printf", "true", ":", "date", "ls", "pwd", "cat", "wc", "sleep"];
const HARMLESS_GIT: &[&str] =
    &["add", "commit", "status", "diff", "log", "show", "push", "fetch", "rev-parse", "branch"];

/// Those of `commands` that ran in the workspace, and passed when `line` ends with exit status 0.
pub(crate) fn decided<'a>(line: &str, place: &Place, commands: &'a [String]) -> Vec<&'a str> {
    let (here, workspace) = (path::dir(&place.cwd), path::dir(&place.workspace));
    if let Some(command) = commands.iter().find(|command| command.trim() == line.trim()) {
        return if here == workspace { vec![command] } else { Vec::new() };
    }
    let Ok(script) = parse_nested(line, 0) else { return Vec::new() };
    let wanted: Vec<Wanted<'a>> = commands.iter().filter_map(|command| Wanted::new(command)).collect();
    let mut found = Search { home: place.home.as_deref(), workspace, wanted }.script(&script, here);
    found.sort_unstable();
    found.dedup();
    found
}

/// A command to look for: pipelines joined by `&&`.
struct Wanted<'a> {
    command: &'a str,
    pipelines: Vec<PlainPipeline>,
}

/// A pipeline whose words are known as they are written.
#[derive(PartialEq, Eq)]
struct PlainPipeline {
    commands: Vec<Plain>,
    negated: bool,
}

/// A program and its arguments, without what only runs it.
#[derive(Default, PartialEq, Eq)]
struct Plain {
    assignments: Vec<String>,
    words: Vec<String>,
}

impl<'a> Wanted<'a> {
    fn new(command: &'a str) -> Option<Self> {
        let script = parse_nested(command, 0).ok()?;
        let [chain] = script.as_slice() else { return None };
        if chain.background || chain.rest.iter().any(|(link, _)| *link == Link::Or) {
            return None;
        }
        let pipelines: Option<Vec<_>> = pipelines_of(chain).into_iter().map(plain_pipeline).collect();
        Some(Self { command, pipelines: pipelines? })
    }

    /// Whether these pipelines are it. They may set more variables.
    fn is(&self, pipelines: &[Option<PlainPipeline>]) -> bool {
        let fits = |wanted: &PlainPipeline, ran: &Option<PlainPipeline>| {
            ran.as_ref().is_some_and(|ran| {
                ran.negated == wanted.negated
                    && ran.commands.len() == wanted.commands.len()
                    && wanted.commands.iter().zip(&ran.commands).all(|(wanted, ran)| {
                        wanted.words == ran.words
                            && wanted.assignments.iter().all(|one| ran.assignments.contains(one))
                    })
            })
        };
        self.pipelines.len() == pipelines.len()
            && self.pipelines.iter().zip(pipelines).all(|(wanted, ran)| fits(wanted, ran))
    }
}

struct Search<'a, 'p> {
    home: Option<&'p str>,
    workspace: Dir,
    wanted: Vec<Wanted<'a>>,
}

impl<'a> Search<'a, '_> {
    fn script(&self, script: &Script, mut dir: Dir) -> Vec<&'a str> {
        let Some((last, before)) = script.split_last() else { return Vec::new() };
        if last.background || script.iter().any(|chain| any(chain, &is_twist)) {
            return Vec::new();
        }
        for chain in before.iter().filter(|chain| !chain.background) {
            for pipeline in pipelines_of(chain) {
                dir = self.after(pipeline, dir);
            }
        }
        self.chain(last, dir)
    }

    fn chain(&self, chain: &Chain, mut dir: Dir) -> Vec<&'a str> {
        // What stands before a `||`, and right after it, need not have passed.
        let doubtful = chain.rest.iter().rposition(|(link, _)| *link == Link::Or).map_or(0, |last| last + 2);
        let pipelines = pipelines_of(chain);
        let mut dirs = Vec::new();
        for pipeline in &pipelines {
            dirs.push(dir.clone());
            dir = self.after(pipeline, dir);
        }
        let plain: Vec<_> = pipelines.iter().map(|pipeline| plain_pipeline(pipeline)).collect();
        let mut found = Vec::new();
        let mut end = pipelines.len();
        while end > doubtful {
            let fits = |wanted: &&Wanted<'a>| {
                let start = end.checked_sub(wanted.pipelines.len()).filter(|start| *start >= doubtful);
                start.is_some_and(|start| {
                    dirs.get(start) == Some(&self.workspace)
                        && plain.get(start..end).is_some_and(|pipelines| wanted.is(pipelines))
                })
            };
            let matching: Vec<_> = self.wanted.iter().filter(fits).collect();
            found.extend(matching.iter().map(|wanted| wanted.command));
            let longest = matching.iter().map(|wanted| wanted.pipelines.len()).max();
            let last = end - 1;
            end -= match (longest, pipelines.get(last)) {
                (Some(longest), _) => longest,
                (None, Some(pipeline)) if is_harmless(pipeline) => 1,
                (None, Some(pipeline)) => {
                    let inside = group(pipeline).filter(|_| end == pipelines.len());
                    found.extend(
                        inside
                            .into_iter()
                            .flat_map(|script| self.script(script, dirs.get(last).cloned().flatten())),
                    );
                    break;
                }
                (None, None) => break,
            };
        }
        found
    }

    /// Where the line goes on after a pipeline that went well.
    fn after(&self, pipeline: &Pipeline, dir: Dir) -> Dir {
        let [command] = pipeline.commands.as_slice() else { return dir };
        let Command::Simple(simple) = command.as_ref() else {
            let stays = matches!(command.as_ref(), Command::Compound(Compound::Subshell(_), _))
                || !any_in(command, &is_move);
            return dir.filter(|_| stays);
        };
        let words: Vec<_> = simple.words.iter().map(known).collect();
        match words.as_slice() {
            [Some(cd)] if cd == "cd" => path::dir(self.home?),
            [Some(cd), Some(to)] if cd == "cd" && to != "-" => {
                let to = match (to.strip_prefix(HOME), self.home) {
                    (Some(rest), Some(home)) => format!("{home}{rest}"),
                    (Some(_), None) => return None,
                    (None, _) => to.clone(),
                };
                path::dir(&Path::new(&Value::text(to), &dir, false).known()?)
            }
            _ if is_move(simple) => None,
            _ => dir,
        }
    }
}

/// The body of a group or a subshell that is all of a pipeline.
fn group(pipeline: &Pipeline) -> Option<&Script> {
    match (pipeline.negated, pipeline.commands.as_slice()) {
        (false, [command]) => match command.as_ref() {
            Command::Compound(Compound::Group(script) | Compound::Subshell(script), _) => Some(script),
            Command::Compound(..) | Command::Simple(_) | Command::Function(..) => None,
        },
        _ => None,
    }
}

fn pipelines_of(chain: &Chain) -> Vec<&Pipeline> {
    std::iter::once(&chain.first).chain(chain.rest.iter().map(|(_, pipeline)| pipeline)).collect()
}

fn plain_pipeline(pipeline: &Pipeline) -> Option<PlainPipeline> {
    let commands: Option<Vec<_>> = pipeline.commands.iter().map(|command| plain(command)).collect();
    Some(PlainPipeline { commands: commands?, negated: pipeline.negated })
}

fn plain(command: &Command) -> Option<Plain> {
    let Command::Simple(simple) = command else { return None };
    let mut plain = Plain::default();
    for assignment in &simple.assignments {
        let [value] = assignment.values.as_slice() else { return None };
        plain.assignments.push(format!("{}={}", assignment.name, known(value)?));
    }
    plain.words = simple.words.iter().map(known).collect::<Option<_>>()?;
    unwrap(&mut plain);
    // Another program of that name would run.
    let finds_others = plain.assignments.iter().any(|one| one.starts_with("PATH="));
    (!finds_others).then_some(plain)
}

/// Takes off what only runs another program and ends as it does.
fn unwrap(plain: &mut Plain) {
    loop {
        let words: Vec<&str> = plain.words.iter().map(String::as_str).collect();
        let taken = match words.as_slice() {
            ["command" | "nice" | "nohup" | "time", next, ..] if !next.starts_with('-') => 1,
            ["timeout", limit, _, ..] if limit.starts_with(|char: char| char.is_ascii_digit()) => 2,
            ["env", rest @ ..] => {
                let set: Vec<String> =
                    rest.iter().take_while(|word| is_assignment(word)).map(ToString::to_string).collect();
                let count = set.len() + 1;
                plain.assignments.extend(set);
                count
            }
            _ => return,
        };
        plain.words.drain(..taken);
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
    })
}

/// Stands for the user's home where a word begins with `~`; no word can have it.
const HOME: &str = "\0~";

/// The word as it is written but for its quotes; absent when running it would put something else in its place.
fn known(word: &Word) -> Option<String> {
    let mut text = String::new();
    for part in word {
        match part {
            Part::Text { text: more, .. } => text.push_str(more),
            Part::Mark(char) => text.push(*char),
            Part::Tilde(user) => text.extend([HOME, user]),
            Part::Glob(Piece::Star) => text.push_str("\0*"),
            Part::Glob(Piece::One) => text.push_str("\0?"),
            Part::Glob(Piece::Class(class)) => text.extend(["\0[", class]),
            Part::Parameter { name, change: Change::None, .. } => text.extend(["\0$", name]),
            Part::Glob(Piece::Text(_) | Piece::Wild | Piece::Unknown)
            | Part::Parameter { .. }
            | Part::Command { .. }
            | Part::Process(_)
            | Part::Arithmetic(_) => return None,
        }
    }
    Some(text)
}

fn is_harmless(pipeline: &Pipeline) -> bool {
    pipeline.commands.iter().all(|command| {
        let Command::Simple(simple) = command.as_ref() else { return false };
        let into_file = |redirect: &Redirect| match redirect {
            Redirect::Write(target) => known(target).is_none_or(|target| target != "/dev/null"),
            Redirect::Read(_) | Redirect::Text(_) => false,
        };
        let words: Vec<String> = simple.words.iter().map(|word| known(word).unwrap_or_default()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let is_known = match words.as_slice() {
            ["git", command, ..] => HARMLESS_GIT.contains(command),
            [program, ..] => HARMLESS.contains(program),
            [] => false,
        };
        is_known && !simple.redirects.iter().any(into_file)
    })
}

fn is_twist(simple: &Simple) -> bool {
    names_one_of(simple, TWISTS)
}

fn is_move(simple: &Simple) -> bool {
    names_one_of(simple, MOVES)
}

fn names_one_of(simple: &Simple, programs: &[&str]) -> bool {
    let mut words = simple.words.iter().map(|word| known(word).unwrap_or_default());
    let first = words.by_ref().find(|word| !matches!(word.as_str(), "command" | "builtin"));
    first.is_some_and(|first| programs.contains(&first.as_str()))
}

/// Whether any command of a chain fits, however deep. A function fits: its name could be any program's.
fn any(chain: &Chain, fits: &impl Fn(&Simple) -> bool) -> bool {
    pipelines_of(chain).iter().flat_map(|pipeline| &pipeline.commands).any(|command| any_in(command, fits))
}

fn any_in(command: &Command, fits: &impl Fn(&Simple) -> bool) -> bool {
    let scripts = match command {
        Command::Simple(simple) => return fits(simple),
        Command::Function(..) => return true,
        Command::Compound(compound, _) => match compound {
            Compound::Group(script) | Compound::Subshell(script) | Compound::For(_, _, script) => {
                std::slice::from_ref(script)
            }
            Compound::Maybe(_, scripts) => scripts.as_slice(),
            Compound::Test(_) => &[],
        },
    };
    scripts.iter().flatten().any(|chain| any(chain, fits))
}

#[cfg(test)]
mod tests;
