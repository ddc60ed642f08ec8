//! What is known while a command is followed: variables, directories, functions.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::ast::Command;
use super::value::Value;
use crate::path::{self, Dir};

/// Where a command runs.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) cwd: String,
    pub(crate) home: Option<String>,
    pub(crate) workspace: String,
    pub(crate) git_dir: String,
}

/// The values a variable may have are kept up to this number.
const MAX_VALUES: usize = 12;
const MAX_VARIABLES: usize = 256;
/// A longer value counts as unknown.
const MAX_SIZE: usize = 16_384;
const MAX_DIRS: usize = 6;

#[derive(Debug, Clone)]
pub(crate) struct State {
    variables: Rc<BTreeMap<String, Vec<Value>>>,
    pub(crate) functions: Rc<BTreeMap<String, Rc<Command>>>,
    /// Where the command may be: the first is where it is if all went well.
    pub(crate) dirs: Vec<Dir>,
    pub(crate) old_dirs: Vec<Dir>,
    pub(crate) dotglob: bool,
    /// `set -e`: a failing command ends the script.
    pub(crate) stops_at_errors: bool,
    /// What runs now may not run at all, so an assignment only adds a value.
    pub(crate) doubtful: bool,
    /// What can be read on standard input, when something is known of it.
    pub(crate) input: Option<Value>,
}

impl State {
    pub(crate) fn new(place: &Place) -> Self {
        let mut state = Self {
            variables: Rc::default(),
            functions: Rc::default(),
            dirs: vec![path::dir(&place.cwd)],
            old_dirs: vec![None],
            dotglob: false,
            stops_at_errors: false,
            doubtful: false,
            input: None,
        };
        state.assign("IFS", vec![Value::text(" \t\n")]);
        state.assign("TMPDIR", vec![Value::text("/tmp")]);
        if let Some(home) = &place.home {
            state.assign("HOME", vec![Value::text(home.clone())]);
        }
        state
    }

    /// The values the variable may have; empty when nothing is known of it.
    pub(crate) fn values(&self, name: &str) -> Vec<Value> {
        match name {
            "PWD" => dir_values(&self.dirs),
            "OLDPWD" => dir_values(&self.old_dirs),
            _ => self.variables.get(name).cloned().unwrap_or_default(),
        }
    }

    pub(crate) fn assign(&mut self, name: &str, values: Vec<Value>) {
        if self.variables.len() >= MAX_VARIABLES && !self.variables.contains_key(name) {
            return;
        }
        let doubtful = self.doubtful;
        let known = Rc::make_mut(&mut self.variables).entry(name.to_owned()).or_default();
        if !doubtful {
            known.clear();
        }
        for value in values {
            // `X=$X$X` doubles each time.
            let value = if value.size() > MAX_SIZE { Value::unknown(Vec::new()) } else { value };
            if !known.contains(&value) && known.len() < MAX_VALUES {
                known.push(value);
            }
        }
    }

    pub(crate) fn forget(&mut self, name: &str) {
        Rc::make_mut(&mut self.variables).remove(name);
    }

    /// Sets `$1`, `$2`, .. and `$@`.
    pub(crate) fn set_positional(&mut self, values: &[Value]) {
        for (index, value) in values.iter().enumerate().take(MAX_VALUES) {
            self.assign(&(index + 1).to_string(), vec![value.clone()]);
        }
        for name in ["@", "*"] {
            self.assign(name, values.to_vec());
        }
    }

    pub(crate) fn go_to(&mut self, dirs: Vec<Dir>) {
        self.old_dirs = std::mem::replace(&mut self.dirs, dirs);
    }

    /// Keeps `others` as places where the command may be as well.
    pub(crate) fn may_be_in(&mut self, others: &[Dir]) {
        for dir in others {
            if !self.dirs.contains(dir) && self.dirs.len() < MAX_DIRS {
                self.dirs.push(dir.clone());
            }
        }
    }
}

fn dir_values(dirs: &[Dir]) -> Vec<Value> {
    dirs.iter()
        .map(|dir| {
            dir.as_ref().map_or_else(|| Value::unknown(Vec::new()), |dir| Value::text(path::shown(dir)))
        })
        .collect()
}
