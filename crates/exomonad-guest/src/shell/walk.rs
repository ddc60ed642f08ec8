//! Follows a parsed command and lists every program it would run, with what is known of the arguments.

use std::rc::Rc;

use super::ast::{Assignment, Chain, Command, Compound, Link, Pipeline, Redirect, Script, Simple, Word};
use super::cursor::{Cursor, MAX_DEPTH, Unparseable};
use super::output::output;
use super::parse::{parse_nested, script};
use super::state::{Place, State};
use super::value::Value;
use crate::path::Dir;

/// One program that a command runs.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// The program and its arguments; empty for a bare redirection.
    pub(crate) argv: Vec<Value>,
    pub(crate) assignments: Vec<(String, Value)>,
    /// The targets of redirections that write.
    pub(crate) writes: Vec<Value>,
    pub(crate) input: Option<Value>,
    /// Where it may run: the first is where it runs if all before it went well.
    pub(crate) dirs: Vec<Dir>,
    pub(crate) dotglob: bool,
    pub(crate) kind: StepKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepKind {
    Program,
    /// It only runs another program, which has a step of its own.
    Wrapper,
    /// Its arguments are shell code that is not understood.
    Opaque,
}

impl Step {
    /// The program's name without directories; empty when it is not known.
    pub(crate) fn program(&self) -> String {
        program(&self.argv)
    }

    pub(crate) fn arguments(&self) -> &[Value] {
        self.argv.get(1..).unwrap_or_default()
    }
}

pub(super) fn program(argv: &[Value]) -> String {
    let known = argv.first().and_then(Value::known).unwrap_or_default();
    known.rsplit('/').next().unwrap_or_default().to_owned()
}

/// A program about to be followed: its step but for what the state knows.
#[derive(Debug, Clone, Default)]
pub(super) struct Call {
    pub(super) argv: Vec<Value>,
    pub(super) assignments: Vec<(String, Value)>,
    pub(super) writes: Vec<Value>,
}

const MAX_STEPS: usize = 4_000;
/// Arguments of all programs together; judging each has its price.
const MAX_ARGUMENTS: usize = 2_000;
const MAX_WALK: usize = MAX_DEPTH + 24;

pub(crate) struct Walker<'a> {
    pub(super) place: &'a Place,
    pub(super) steps: Vec<Step>,
    visits: usize,
    depth: usize,
}

/// Every program that `text` would run.
pub(crate) fn steps(text: &str, place: &Place) -> Result<Vec<Step>, Unparseable> {
    let mut cursor = Cursor::new(text, 0)?;
    let parsed = script(&mut cursor)?;
    if cursor.peek().is_some() {
        return Err(Unparseable("something stands where a command should"));
    }
    let mut walker = Walker { place, steps: Vec::new(), visits: 0, depth: 0 };
    walker.script(&parsed, &mut State::new(place))?;
    let arguments: usize = walker.steps.iter().map(|step| step.argv.len() + step.writes.len()).sum();
    if arguments > MAX_ARGUMENTS {
        return Err(Unparseable("it has too many arguments"));
    }
    Ok(walker.steps)
}

impl Walker<'_> {
    /// Runs `walk` one level deeper.
    pub(super) fn nested<T>(
        &mut self,
        walk: impl FnOnce(&mut Self) -> Result<T, Unparseable>,
    ) -> Result<T, Unparseable> {
        self.visits += 1;
        if self.depth >= MAX_WALK || self.visits > MAX_STEPS * 4 || self.steps.len() > MAX_STEPS {
            return Err(Unparseable("it runs too much"));
        }
        self.depth += 1;
        let result = walk(self);
        self.depth -= 1;
        result
    }

    pub(super) fn script(&mut self, script: &Script, state: &mut State) -> Result<(), Unparseable> {
        self.nested(|walker| {
            for chain in script {
                if chain.background {
                    walker.chain(chain, &mut state.clone())?;
                } else {
                    walker.chain(chain, state)?;
                }
            }
            Ok(())
        })
    }

    /// Follows shell code found in an argument.
    pub(super) fn code(&mut self, text: &str, state: &mut State) -> Result<(), Unparseable> {
        let script = parse_nested(text, self.depth.min(MAX_DEPTH))?;
        self.script(&script, state)
    }

    fn chain(&mut self, chain: &Chain, state: &mut State) -> Result<(), Unparseable> {
        let before = state.dirs.clone();
        let doubtful = state.doubtful;
        self.pipeline(&chain.first, state)?;
        for (link, pipeline) in &chain.rest {
            state.doubtful = true;
            match link {
                Link::And => self.pipeline(pipeline, state)?,
                Link::Or => {
                    let mut other = state.clone();
                    other.dirs.clone_from(&before);
                    other.may_be_in(&state.dirs);
                    self.pipeline(pipeline, &mut other)?;
                    if !leaves(pipeline) {
                        other.dirs.clone_from(&state.dirs);
                        other.may_be_in(&before);
                    } else {
                        other.dirs.clone_from(&state.dirs);
                    }
                    *state = other;
                }
            }
        }
        state.doubtful = doubtful;
        let guarded = chain.rest.last().is_some_and(|(link, pipeline)| *link == Link::Or && leaves(pipeline));
        if !guarded && !state.stops_at_errors {
            state.may_be_in(&before);
        }
        Ok(())
    }

    fn pipeline(&mut self, pipeline: &Pipeline, state: &mut State) -> Result<(), Unparseable> {
        if let [command] = pipeline.commands.as_slice() {
            return self.command(command, state);
        }
        let mut input = state.input.clone();
        for command in &pipeline.commands {
            let mut inner = state.clone();
            inner.input = input.take();
            let first = self.steps.len();
            self.command(command, &mut inner)?;
            input = Some(output(self.steps.get(first..).unwrap_or_default(), self.place));
        }
        Ok(())
    }

    pub(super) fn command(&mut self, command: &Command, state: &mut State) -> Result<(), Unparseable> {
        self.nested(|walker| match command {
            Command::Simple(simple) => walker.simple(simple, state),
            Command::Compound(compound, redirects) => {
                let outer = state.input.clone();
                let writes = walker.redirects(redirects, state)?;
                if !writes.is_empty() {
                    walker.emit(Call { writes, ..Call::default() }, state, StepKind::Program);
                }
                let result = walker.compound(compound, state);
                state.input = outer;
                result
            }
            Command::Function(name, body) => {
                Rc::make_mut(&mut state.functions).insert(name.clone(), Rc::clone(body));
                Ok(())
            }
        })
    }

    fn compound(&mut self, compound: &Compound, state: &mut State) -> Result<(), Unparseable> {
        match compound {
            Compound::Group(script) => self.script(script, state),
            Compound::Subshell(script) => self.script(script, &mut state.clone()),
            Compound::Test(words) => self.words(words, state).map(drop),
            Compound::Maybe(words, scripts) => {
                self.words(words, state)?;
                let before = state.dirs.clone();
                let doubtful = std::mem::replace(&mut state.doubtful, true);
                for script in scripts {
                    self.script(script, state)?;
                }
                state.doubtful = doubtful;
                state.may_be_in(&before);
                Ok(())
            }
            Compound::For(name, words, body) => {
                let values = match words {
                    Some(words) => self.words(words, state)?,
                    None => state.values("@"),
                };
                let before = state.dirs.clone();
                let doubtful = state.doubtful;
                for some in values.chunks(values.len() / MAX_ROUNDS + 1) {
                    state.doubtful = false;
                    state.assign(name, some.to_vec());
                    state.doubtful = true;
                    self.script(body, state)?;
                }
                state.doubtful = doubtful;
                state.may_be_in(&before);
                Ok(())
            }
        }
    }

    fn words(&mut self, words: &[Word], state: &mut State) -> Result<Vec<Value>, Unparseable> {
        let mut values = Vec::new();
        for word in words {
            values.extend(self.all_fields(word, state)?);
        }
        Ok(values)
    }

    /// What `$(script)` stands for.
    pub(super) fn substitution(&mut self, script: &Script, state: &mut State) -> Result<Value, Unparseable> {
        let first = self.steps.len();
        self.nested(|walker| walker.script(script, &mut state.clone()))?;
        Ok(output(self.steps.get(first..).unwrap_or_default(), self.place))
    }

    /// Evaluates redirections: the targets that are written. What is read becomes the state's input.
    fn redirects(&mut self, redirects: &[Redirect], state: &mut State) -> Result<Vec<Value>, Unparseable> {
        let mut writes = Vec::new();
        for redirect in redirects {
            match redirect {
                Redirect::Write(word) => writes.extend(self.all_fields(word, state)?),
                Redirect::Read(word) => {
                    let mut origins = Vec::new();
                    for value in self.all_fields(word, state)? {
                        origins.extend(value.origins);
                    }
                    state.input = Some(Value::unknown(origins));
                }
                Redirect::Text(body) => {
                    let Some(body) = body.get() else { continue };
                    state.input = self.whole(body, state)?.into_iter().next();
                }
            }
        }
        Ok(writes)
    }

    fn simple(&mut self, simple: &Simple, state: &mut State) -> Result<(), Unparseable> {
        let outer = state.input.clone();
        let mut assignments = Vec::new();
        for assignment in &simple.assignments {
            assignments.push((assignment.name.clone(), self.assigned(assignment, state)?));
        }
        let mut programs = vec![Vec::new()];
        for word in &simple.words {
            let more = self.alternatives(word, state)?;
            let one = more.len() == 1;
            if one || programs.len() * more.len() > MAX_PROGRAMS && !programs.iter().any(Vec::is_empty) {
                let flat: Vec<Value> = more.into_iter().flatten().collect();
                programs.iter_mut().for_each(|argv| argv.extend(flat.iter().cloned()));
                continue;
            }
            programs = programs
                .iter()
                .flat_map(|before| more.iter().map(|more| [before.as_slice(), more].concat()))
                .take(MAX_PROGRAMS)
                .collect();
        }
        let writes = self.redirects(&simple.redirects, state)?;
        let flat: Vec<(String, Value)> = assignments
            .iter()
            .flat_map(|(name, values)| values.iter().map(|value| (name.clone(), value.clone())))
            .collect();
        let before: Vec<(String, Vec<Value>)> =
            assignments.iter().map(|(name, _)| (name.clone(), state.values(name))).collect();
        for (name, values) in assignments {
            state.assign(&name, values);
        }
        let runs = programs.iter().any(|argv| !argv.is_empty());
        for argv in programs {
            if argv.is_empty() && writes.is_empty() {
                continue;
            }
            let call = Call { argv, assignments: flat.clone(), writes: writes.clone() };
            self.call(call, state)?;
        }
        if runs && !simple.words.first().and_then(super::ast::bare).is_some_and(super::parse::is_declaration)
        {
            for (name, values) in before {
                state.forget(&name);
                if !values.is_empty() {
                    state.assign(&name, values);
                }
            }
        }
        state.input = outer;
        Ok(())
    }

    fn assigned(&mut self, assignment: &Assignment, state: &mut State) -> Result<Vec<Value>, Unparseable> {
        let mut values = Vec::new();
        for word in &assignment.values {
            values.extend(self.whole(word, state)?);
        }
        if !assignment.appends {
            return Ok(values);
        }
        let before = state.values(&assignment.name);
        if assignment.values.len() != 1 {
            return Ok([before, values].concat());
        }
        Ok(before
            .iter()
            .flat_map(|first| {
                values.iter().map(|second| {
                    let mut joined = first.clone();
                    second.pieces.iter().for_each(|piece| joined.push(piece.clone()));
                    joined
                })
            })
            .collect())
    }

    pub(super) fn emit(&mut self, call: Call, state: &State, kind: StepKind) {
        self.steps.push(Step {
            argv: call.argv,
            assignments: call.assignments,
            writes: call.writes,
            input: state.input.clone(),
            dirs: state.dirs.clone(),
            dotglob: state.dotglob,
            kind,
        });
    }
}

/// The programs that one command may turn out to be, when its name is a variable.
const MAX_PROGRAMS: usize = 8;
/// The rounds of a `for` that are followed one by one.
const MAX_ROUNDS: usize = 64;

/// Whether a pipeline ends the script, as in `cd x || exit`.
fn leaves(pipeline: &Pipeline) -> bool {
    let [command] = pipeline.commands.as_slice() else { return false };
    match command.as_ref() {
        Command::Simple(simple) => {
            let name = simple.words.first().and_then(super::ast::bare);
            matches!(name, Some("exit" | "return" | "break" | "continue"))
        }
        Command::Compound(Compound::Group(script), _) => {
            script.last().is_some_and(|chain| leaves(&chain.first))
        }
        Command::Compound(..) | Command::Function(..) => false,
    }
}
