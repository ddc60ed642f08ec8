//! Expands words: tildes, variables and substitutions, as far as their values are known.

use super::ast::{Change, Part, Word};
use super::brace;
use super::cursor::Unparseable;
use super::state::State;
use super::value::{Piece, Value};
use super::walk::Walker;

/// More alternatives than this become one unknown value.
const MAX_ALTERNATIVES: usize = 16;
const MAX_ORIGINS: usize = 48;

/// One way in which a word may turn out: whole fields, and the one being put together.
#[derive(Clone, Default)]
struct Fields {
    done: Vec<Value>,
    open: Option<Value>,
}

impl Fields {
    fn open(&mut self) -> &mut Value {
        self.open.get_or_insert_default()
    }

    fn close(&mut self) {
        self.done.extend(self.open.take());
    }

    /// Adds a value as the shell does outside quotes: blanks end the field, globs are live.
    fn split(&mut self, value: &Value, separators: &str) {
        for piece in &value.pieces {
            let Piece::Text(text) = piece else {
                self.open().push(piece.clone());
                continue;
            };
            let mut chars = text.chars();
            while let Some(char) = chars.next() {
                match char {
                    char if separators.contains(char) => self.close(),
                    '*' => self.open().push(Piece::Star),
                    '?' => self.open().push(Piece::One),
                    '[' => match chars.as_str().split_once(']') {
                        Some((class, rest)) if !class.is_empty() => {
                            self.open().push(Piece::Class(class.to_owned()));
                            chars = rest.chars();
                        }
                        Some(_) | None => self.open().push_char('['),
                    },
                    char => self.open().push_char(char),
                }
            }
        }
        if !value.origins.is_empty() {
            self.open().origins.extend(value.origins.iter().take(MAX_ORIGINS).cloned());
        }
    }

    fn join(&mut self, value: &Value) {
        let open = self.open();
        for piece in &value.pieces {
            open.push(piece.clone());
        }
        open.origins.extend(value.origins.iter().take(MAX_ORIGINS).cloned());
    }
}

impl Walker<'_> {
    /// The fields of a word, in each way in which it may turn out.
    pub(super) fn alternatives(
        &mut self,
        word: &Word,
        state: &mut State,
    ) -> Result<Vec<Vec<Value>>, Unparseable> {
        let mut all = vec![Vec::new()];
        for word in brace::expand(word)? {
            let fields = self.fields(&word, state, true)?;
            if all.len() * fields.len() > MAX_ALTERNATIVES {
                let flat: Vec<Value> = fields.into_iter().flatten().collect();
                all.iter_mut().for_each(|before| before.extend(flat.iter().cloned()));
                continue;
            }
            all = all
                .iter()
                .flat_map(|before| fields.iter().map(|more| [before.as_slice(), more].concat()))
                .collect();
        }
        Ok(all)
    }

    /// Every field of a word, whichever way it turns out.
    pub(super) fn all_fields(&mut self, word: &Word, state: &mut State) -> Result<Vec<Value>, Unparseable> {
        Ok(self.alternatives(word, state)?.into_iter().flatten().collect())
    }

    /// The values of a word that is not split, as in an assignment.
    pub(super) fn whole(&mut self, word: &Word, state: &mut State) -> Result<Vec<Value>, Unparseable> {
        let alternatives = self.fields(word, state, false)?;
        Ok(alternatives.into_iter().map(|fields| fields.into_iter().next().unwrap_or_default()).collect())
    }

    fn fields(
        &mut self,
        word: &Word,
        state: &mut State,
        splits: bool,
    ) -> Result<Vec<Vec<Value>>, Unparseable> {
        let mut all = vec![Fields::default()];
        for part in word {
            match part {
                Part::Text { text, .. } => {
                    all.iter_mut().for_each(|fields| fields.join(&Value::text(text.clone())));
                }
                Part::Mark(char) => all.iter_mut().for_each(|fields| fields.open().push_char(*char)),
                Part::Glob(piece) => all.iter_mut().for_each(|fields| fields.open().push(piece.clone())),
                Part::Tilde(user) => add(&mut all, &[tilde(user, state)], None),
                Part::Parameter { name, change, quoted } => {
                    let values = self.parameter(name, change, state)?;
                    add(&mut all, &values, separators(splits && !quoted, state).as_deref());
                }
                Part::Command { script, quoted } => {
                    let value = self.substitution(script, state)?;
                    add(&mut all, &[value], separators(splits && !quoted, state).as_deref());
                }
                Part::Process(script) => {
                    let value = self.substitution(script, state)?;
                    let mut origins = value.origins;
                    origins.push(value.pieces);
                    add(&mut all, &[Value::unknown(origins)], None);
                }
                Part::Arithmetic(word) => {
                    self.whole(word, state)?;
                    add(&mut all, &[Value::unknown(Vec::new())], None);
                }
            }
        }
        all.iter_mut().for_each(Fields::close);
        Ok(all.into_iter().map(|fields| fields.done).collect())
    }

    fn parameter(
        &mut self,
        name: &str,
        change: &Change,
        state: &mut State,
    ) -> Result<Vec<Value>, Unparseable> {
        let mut values = state.values(name);
        match change {
            Change::None => {
                if values.is_empty() {
                    values.push(Value::unknown(Vec::new()));
                }
            }
            Change::Or(word) => {
                if values.is_empty() {
                    values.push(Value::unknown(Vec::new()));
                }
                values.extend(self.nested(|walker| walker.whole(word, state))?);
            }
            Change::Other(word) => {
                let words = self.nested(|walker| walker.whole(word, state))?;
                let origins = values.into_iter().chain(words).flat_map(|value| {
                    let mut all = value.origins;
                    all.push(value.pieces);
                    all
                });
                values = vec![Value::unknown(origins.take(MAX_ORIGINS).collect())];
            }
        }
        Ok(values)
    }
}

fn separators(splits: bool, state: &State) -> Option<String> {
    splits.then(|| state.values("IFS").iter().filter_map(Value::known).collect())
}

fn tilde(user: &str, state: &State) -> Value {
    let name = match user {
        "+" => "PWD",
        "-" => "OLDPWD",
        _ => "HOME",
    };
    let value = state.values(name).into_iter().next().unwrap_or_else(|| Value::unknown(Vec::new()));
    let is_own = matches!(user, "" | "+" | "-") || value.shown().ends_with(&format!("/{user}"));
    if is_own { value } else { Value::unknown(Vec::new()) }
}

/// Adds one of `values` to each alternative; splits at `separators` where there are any.
fn add(all: &mut Vec<Fields>, values: &[Value], separators: Option<&str>) {
    let add_one = |fields: &mut Fields, value: &Value| match separators {
        Some(separators) => fields.split(value, separators),
        None => fields.join(value),
    };
    if let [value] = values {
        all.iter_mut().for_each(|fields| add_one(fields, value));
        return;
    }
    if all.len() * values.len() > MAX_ALTERNATIVES {
        let origins = values.iter().map(|value| value.pieces.clone()).take(MAX_ORIGINS).collect();
        all.iter_mut().for_each(|fields| fields.join(&Value::unknown(Vec::clone(&origins))));
        return;
    }
    *all = all
        .iter()
        .flat_map(|fields| {
            values.iter().map(|value| {
                let mut fields = fields.clone();
                add_one(&mut fields, value);
                fields
            })
        })
        .collect();
}
