//! Decides how a program is followed: a function, a builtin, a wrapper around another program, a shell, or itself.

use super::cursor::Unparseable;
use super::state::State;
use super::value::{Piece, Value};
use super::walk::{Call, StepKind, Walker, program};
use super::wrap::{Wrapper, wrapper};

impl Walker<'_> {
    pub(super) fn call(&mut self, call: Call, state: &mut State) -> Result<(), Unparseable> {
        self.nested(|walker| walker.follow(call, state))
    }

    fn follow(&mut self, call: Call, state: &mut State) -> Result<(), Unparseable> {
        let name = program(&call.argv);
        if let Some(body) = state.functions.get(&name).cloned() {
            return self.function(call, &body, state);
        }
        if self.builtin(&name, &call, state)? {
            return Ok(());
        }
        match name.as_str() {
            "sh" | "bash" | "zsh" | "dash" | "ksh" | "ash" | "rbash" | "fish" | "mksh" | "su" | "script" => {
                return self.shell(call, state);
            }
            "eval" => {
                let arguments = call.argv.get(1..).unwrap_or_default().to_vec();
                return self.joined(&arguments, call, state);
            }
            "find" | "fd" => return self.find(call, state),
            "git" => return self.git(call, state),
            _ => {}
        }
        match wrapper(&call.argv) {
            Some(wrapper) => self.wrapped(wrapper, call, state),
            None => {
                self.emit(call, state, StepKind::Program);
                Ok(())
            }
        }
    }

    fn function(
        &mut self,
        mut call: Call,
        body: &super::ast::Command,
        state: &mut State,
    ) -> Result<(), Unparseable> {
        let arguments = call.argv.split_off(call.argv.len().min(1));
        call.argv.clear();
        if !call.writes.is_empty() {
            self.emit(call, state, StepKind::Program);
        }
        let mut inner = state.clone();
        inner.doubtful = false;
        inner.set_positional(&arguments);
        inner.doubtful = state.doubtful;
        self.command(body, &mut inner)?;
        let positional: Vec<Value> = state.values("@");
        *state = inner;
        state.set_positional(&positional);
        Ok(())
    }

    fn wrapped(&mut self, wrapper: Wrapper, call: Call, state: &mut State) -> Result<(), Unparseable> {
        match wrapper {
            Wrapper::Program { argv, dir } => {
                let mut inner = state.clone();
                if let Some(dir) = dir {
                    self.change_dir(&dir, &mut inner);
                }
                self.inside(call, argv, &mut inner)
            }
            Wrapper::Fed { mut argv, replace } => {
                argv = fed(argv, replace.as_deref(), state.input.as_ref());
                self.inside(call, argv, state)
            }
            Wrapper::Code { words } => self.joined(&words, call, state),
        }
    }

    /// Follows the program inside a wrapper.
    fn inside(&mut self, call: Call, argv: Vec<Value>, state: &mut State) -> Result<(), Unparseable> {
        let assignments = call.assignments.clone();
        self.emit(call, state, StepKind::Wrapper);
        if argv.is_empty() {
            return Ok(());
        }
        self.call(Call { argv, assignments, writes: Vec::new() }, state)
    }

    /// Follows words that a shell joins and runs.
    fn joined(&mut self, words: &[Value], call: Call, state: &mut State) -> Result<(), Unparseable> {
        let known: Option<Vec<String>> = words.iter().map(Value::known).collect();
        let kind = match known.map(|words| words.join(" ")) {
            Some(text) if self.fits(&text, state)? => StepKind::Wrapper,
            Some(_) | None => StepKind::Opaque,
        };
        self.emit(call, state, kind);
        Ok(())
    }

    /// Follows shell code; tells whether it was understood.
    fn fits(&mut self, text: &str, state: &mut State) -> Result<bool, Unparseable> {
        let first = self.steps.len();
        match self.code(text, state) {
            Ok(()) => Ok(true),
            Err(Unparseable("it runs too much")) => Err(Unparseable("it runs too much")),
            Err(_) => {
                self.steps.truncate(first);
                Ok(false)
            }
        }
    }

    /// `sh -c code name arguments`, `sh file`, or code on standard input.
    fn shell(&mut self, call: Call, state: &mut State) -> Result<(), Unparseable> {
        let arguments = call.argv.get(1..).unwrap_or_default().to_vec();
        let flag = arguments.iter().position(|argument| {
            let text = argument.shown();
            text == "--command" || text.starts_with('-') && !text.starts_with("--") && text.contains('c')
        });
        if let Some(flag) = flag {
            let mut rest =
                arguments.iter().skip(flag + 1).skip_while(|argument| argument.is_option()).cloned();
            let Some(code) = rest.next() else {
                self.emit(call, state, StepKind::Program);
                return Ok(());
            };
            let mut inner = state.clone();
            let name = rest.next();
            inner.assign("0", name.into_iter().collect());
            let positional: Vec<Value> = rest.collect();
            inner.set_positional(&positional);
            return self.joined(&[code], call, &mut inner);
        }
        let has_file = arguments.iter().any(|argument| !argument.is_option());
        let fed = state.input.as_ref().filter(|_| !has_file).and_then(Value::known);
        match fed {
            Some(text) => {
                let mut inner = state.clone();
                inner.input = None;
                let kind = if self.fits(&text, &mut inner)? { StepKind::Wrapper } else { StepKind::Opaque };
                self.emit(call, state, kind);
            }
            None => self.emit(call, state, StepKind::Program),
        }
        Ok(())
    }

    /// `find`: the programs of `-exec` run on what is found, which may be any start or anything below it.
    fn find(&mut self, call: Call, state: &mut State) -> Result<(), Unparseable> {
        let arguments = call.argv.get(1..).unwrap_or_default().to_vec();
        self.emit(call, state, StepKind::Program);
        let found = found(&arguments);
        let mut rest = arguments.as_slice();
        while let Some((argument, after)) = rest.split_first() {
            rest = after;
            if !matches!(
                argument.shown().as_str(),
                "-exec" | "-execdir" | "-ok" | "-okdir" | "-x" | "-X" | "--exec"
            ) {
                continue;
            }
            let inner: Vec<Value> = rest
                .iter()
                .take_while(|argument| !matches!(argument.known().as_deref(), Some(";" | "+")))
                .flat_map(|argument| replaced(argument, "{}", &found))
                .collect();
            rest = rest.get(inner.len().min(rest.len())..).unwrap_or_default();
            if !inner.is_empty() {
                self.call(Call { argv: inner, ..Call::default() }, state)?;
            }
        }
        Ok(())
    }

    /// `git`: some of its commands run others.
    fn git(&mut self, call: Call, state: &mut State) -> Result<(), Unparseable> {
        let words: Vec<String> = call.argv.iter().map(Value::shown).collect();
        let at = |name: &str| words.iter().position(|word| word == name);
        let bisect = at("bisect").and_then(|bisect| (words.get(bisect + 1)? == "run").then_some(bisect + 2));
        let foreach = at("submodule").and_then(|_| at("foreach")).map(|index| index + 1);
        let exec = at("rebase").and_then(|_| at("--exec").or_else(|| at("-x"))).map(|index| index + 1);
        let rest = |index: Option<usize>| {
            index.and_then(|index| call.argv.get(index..)).map(<[Value]>::to_vec).unwrap_or_default()
        };
        let (bisect, mut code) = (rest(bisect), rest(foreach));
        code.retain(|word| !word.is_option());
        if code.is_empty() {
            code = rest(exec).into_iter().take(1).collect();
        }
        self.emit(call, state, StepKind::Program);
        if !bisect.is_empty() {
            self.call(Call { argv: bisect, ..Call::default() }, state)?;
        }
        if !code.is_empty() {
            let argv = [vec![Value::text("eval")], code].concat();
            self.call(Call { argv, ..Call::default() }, &mut state.clone())?;
        }
        Ok(())
    }
}

/// The arguments that `xargs` makes of its input.
fn fed(argv: Vec<Value>, replace: Option<&str>, input: Option<&Value>) -> Vec<Value> {
    let mut items: Vec<Value> = Vec::new();
    if let Some(input) = input {
        match input.known() {
            Some(text) => items.extend(
                text.split_whitespace()
                    .take(256)
                    .map(|word| Value::text(word.trim_matches(['"', '\'', '\0']))),
            ),
            None => items.push(input.clone()),
        }
    }
    match replace {
        Some(mark) => argv.iter().flat_map(|argument| replaced(argument, mark, &items)).collect(),
        None => [argv, items].concat(),
    }
}

/// The argument with `mark` replaced, once for every item.
fn replaced(argument: &Value, mark: &str, items: &[Value]) -> Vec<Value> {
    let Some((before, after)) = argument.pieces.iter().find_map(|piece| match piece {
        Piece::Text(text) => text.split_once(mark),
        Piece::Star | Piece::One | Piece::Class(_) | Piece::Wild | Piece::Unknown => None,
    }) else {
        return vec![argument.clone()];
    };
    let items = if items.is_empty() { &[Value::unknown(Vec::new())] } else { items };
    items
        .iter()
        .map(|item| {
            let mut value = Value { pieces: Vec::new(), origins: item.origins.clone() };
            if !before.is_empty() {
                value.push(Piece::Text(before.to_owned()));
            }
            item.pieces.iter().for_each(|piece| value.push(piece.clone()));
            if !after.is_empty() {
                value.push(Piece::Text(after.to_owned()));
            }
            value
        })
        .collect()
}

/// What `find` may find: its starts, unless only some names are looked for.
fn found(arguments: &[Value]) -> Vec<Value> {
    let starts: Vec<&Value> = arguments.iter().take_while(|argument| !argument.is_option()).collect();
    let mut names =
        arguments.iter().skip_while(|argument| !matches!(argument.shown().as_str(), "-name" | "-path"));
    let name = names.nth(1);
    let here = Value::text(".");
    let starts = if starts.is_empty() { vec![&here] } else { starts };
    let below = |start: &Value, name: &Value| {
        let mut value = start.clone();
        value.push(Piece::Text("/".to_owned()));
        name.pieces.iter().for_each(|piece| value.push(piece.clone()));
        value
    };
    starts
        .into_iter()
        .flat_map(|start| match name {
            // The start itself stands for what is deeper down; the name for what is looked for.
            Some(name) => vec![super::find::anywhere(start, name), below(start, &super::find::live(name))],
            None => vec![start.clone()],
        })
        .collect()
}
