//! The shell builtins that change what is known.

use super::cursor::Unparseable;
use super::state::State;
use super::value::{Piece, Value};
use super::walk::{Call, StepKind, Walker};
use crate::path::{Dir, Path};

/// A directory nested deeper counts as unknown.
const MAX_NAMES: usize = 48;

impl Walker<'_> {
    /// Follows a builtin; tells whether it was one.
    pub(super) fn builtin(
        &mut self,
        name: &str,
        call: &Call,
        state: &mut State,
    ) -> Result<bool, Unparseable> {
        let arguments = call.argv.get(1..).unwrap_or_default();
        let words: Vec<String> = arguments.iter().map(Value::shown).collect();
        match name {
            "cd" | "pushd" => {
                let target =
                    arguments.iter().find(|argument| !argument.is_option() || argument.shown() == "-");
                self.emit(call.clone(), state, StepKind::Program);
                match target {
                    Some(target) => self.change_dir(&target.clone(), state),
                    None => {
                        let home = state.values("HOME").into_iter().next();
                        self.change_dir(&home.unwrap_or_else(|| Value::unknown(Vec::new())), state);
                    }
                }
                return Ok(true);
            }
            "popd" => {
                let old = state.old_dirs.clone();
                state.go_to(old);
            }
            "export" | "declare" | "typeset" | "local" | "readonly" => {
                for argument in arguments {
                    if let (Some((name, _)), Some(value)) =
                        (argument.head().split_once('='), argument.after_equals())
                    {
                        state.assign(name.trim_end_matches('+'), vec![value]);
                    }
                }
            }
            "unset" => words.iter().for_each(|name| state.forget(name)),
            "read" | "mapfile" | "readarray" => {
                let value = state.input.clone().unwrap_or_else(|| Value::unknown(Vec::new()));
                for name in words.iter().filter(|word| !word.starts_with('-')) {
                    let lines = value
                        .known()
                        .map_or_else(|| vec![value.clone()], |text| text.lines().map(Value::text).collect());
                    state.assign(name, lines);
                }
            }
            "shopt" | "setopt" => {
                let on =
                    words.iter().any(|word| matches!(word.as_str(), "dotglob" | "globdots" | "GLOB_DOTS"));
                state.dotglob |= on && !words.iter().any(|word| word == "-u");
            }
            "set" => {
                let flags = words.first().map(String::as_str).unwrap_or_default();
                state.stops_at_errors |=
                    flags.starts_with('-') && !flags.starts_with("--") && flags.contains('e')
                        || words
                            .windows(2)
                            .any(|pair| matches!(pair, [flag, name] if flag == "-o" && name == "errexit"));
                if let Some(dashes) = words.iter().position(|word| word == "--") {
                    let values = arguments.get(dashes + 1..).unwrap_or_default().to_vec();
                    state.set_positional(&values);
                }
            }
            "printf" if words.first().is_some_and(|word| word == "-v") => {
                if let (Some(name), Some(rest)) = (words.get(1), arguments.get(2..)) {
                    let value = match rest {
                        [only] => only.clone(),
                        [format, only] if format.shown() == "%s" => only.clone(),
                        _ => Value::unknown(rest.iter().map(|value| value.pieces.clone()).collect()),
                    };
                    state.assign(name, vec![value]);
                }
            }
            "trap" => {
                if let Some(code) = arguments.iter().find(|argument| !argument.is_option()) {
                    let argv = vec![Value::text("eval"), code.clone()];
                    self.call(Call { argv, ..Call::default() }, &mut state.clone())?;
                }
            }
            _ => return Ok(false),
        }
        self.emit(call.clone(), state, StepKind::Program);
        Ok(true)
    }

    pub(super) fn change_dir(&mut self, target: &Value, state: &mut State) {
        let mut dirs: Vec<Dir> = Vec::new();
        if target.shown() == "-" {
            dirs.clone_from(&state.old_dirs);
        }
        if dirs.is_empty() {
            for dir in &state.dirs {
                let path = Path::new(target, dir, state.dotglob);
                let dir = path.known().and_then(|path| crate::path::dir(&path));
                let dir = dir.filter(|names| names.len() <= MAX_NAMES);
                if !dirs.contains(&dir) {
                    dirs.push(dir);
                }
            }
        }
        let is_temporary =
            matches!(target.pieces.as_slice(), [Piece::Text(text), Piece::Unknown] if text == "/tmp/");
        if is_temporary {
            dirs = vec![crate::path::dir("/tmp/exomonad-unknown")];
        }
        state.go_to(dirs);
    }
}
