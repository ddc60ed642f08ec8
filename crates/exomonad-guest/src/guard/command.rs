//! Judges shell commands, program by program.

use exomonad_sdk::Context;

use super::Guard;
use super::files::{directory, guarded_reason};
use super::git::Git;
use super::mention::{guarded_path, unquoted};
use super::touch::{Act, Touch, touch};
use crate::path::{Dir, Path, dir};
use crate::shell::{Piece, Place, Step, StepKind, Unparseable, Value, steps};

/// A name made in this command for another path: `ln -s path name`.
type Link = (Vec<String>, Vec<String>);

impl Guard<'_> {
    pub(super) fn command(&mut self, cx: &Context, cwd: &str, command: &str) -> Option<String> {
        let place = place(cx, cwd);
        let steps = match steps(command, &place) {
            Ok(steps) => steps,
            Err(Unparseable(why)) => {
                let path = guarded_path(&unquoted(command), &dir(cwd), &self.places)?;
                return Some(format!(
                    "this command was not understood ({why}) and names `{path}`, which no agent may change; write it more plainly, or leave that path out"
                ));
            }
        };
        let mut links = Vec::new();
        for step in &steps {
            if let Some(reason) = self.step(step, &links) {
                return Some(reason);
            }
            links.extend(link(step));
        }
        None
    }

    fn step(&mut self, step: &Step, links: &[Link]) -> Option<String> {
        for value in &step.writes {
            if let Some(reason) = self.target(value, Act::Write, step, links) {
                return Some(reason);
            }
        }
        match step.kind {
            StepKind::Wrapper => None,
            StepKind::Opaque => self.opaque(step),
            StepKind::Program => self.program(step, links),
        }
    }

    fn program(&mut self, step: &Step, links: &[Link]) -> Option<String> {
        let name = step.program();
        if name == "git" {
            let git = Git::new(step);
            if let Some(setting) = git.running_setting() {
                return Some(format!(
                    "git's setting `{setting}` can run programs behind the guard's back and may not be set by an agent; ask your human to set it"
                ));
            }
            if let Some(reason) = self.git_elsewhere(&git, step) {
                return Some(reason);
            }
        }
        let own_command = step.arguments().first().filter(|_| name == "exomonad").map(Value::shown);
        match own_command.as_deref() {
            Some("uninstall") => {
                return Some("an agent may not uninstall exomonad; ask your human to do it".to_owned());
            }
            Some("reply" | "ask") => {
                return Some(
                    "an agent may not answer what a person was asked; wait for their answer".to_owned(),
                );
            }
            Some(_) | None => {}
        }
        match touch(step) {
            Touch::Targets(targets) => {
                targets.iter().find_map(|target| self.target(&target.value, target.act, step, links))
            }
            Touch::Everything { code } => self.everything(step, links, code),
        }
    }

    /// `git -C elsewhere` with a command that writes.
    fn git_elsewhere(&mut self, git: &Git, step: &Step) -> Option<String> {
        if !self.confined || git.is_reading() {
            return None;
        }
        let here = step.dirs.first()?;
        let mut at = here.clone();
        for value in &git.dirs {
            at = Path::new(value, &at, false).known().and_then(|path| dir(&path));
        }
        let names = at?;
        let path = Path::new(&Value::text(crate::path::shown(&names)), &None, false);
        let is_git_dir = self.places.is_git_dir(&names);
        // Where these write is an argument of theirs.
        let names_its_place = matches!(git.command.as_str(), "clone" | "init" | "config");
        if is_git_dir || git.dirs.is_empty() && names_its_place {
            return None;
        }
        self.path(&path, Act::Write)
    }

    /// One path, in every directory where the program may run.
    fn target(&mut self, value: &Value, act: Act, step: &Step, links: &[Link]) -> Option<String> {
        let is_unknown = value.pieces.iter().all(|piece| *piece == Piece::Unknown);
        for (index, dir) in step.dirs.iter().enumerate() {
            let path = Path::new(value, dir, step.dotglob);
            let reason =
                if index == 0 && !is_unknown { self.path(&path, act) } else { self.guarded(&path, act) };
            if let Some(reason) = reason.or_else(|| self.through_link(&path, act, links)) {
                return Some(if index == 0 {
                    reason
                } else {
                    format!(
                        "{reason} (if `cd` fails this runs in `{}`; join the two with `&&`)",
                        directory(dir)
                    )
                });
            }
            for origin in &value.origins {
                let path = Path::from_pieces(origin, dir, step.dotglob);
                if let Some(reason) = self.guarded(&path, Act::Name) {
                    return Some(reason);
                }
            }
        }
        None
    }

    fn through_link(&self, path: &Path, act: Act, links: &[Link]) -> Option<String> {
        links.iter().find_map(|(name, leads_to)| {
            let known = path.known_names();
            let through = known.starts_with(name).then(|| path.with_beginning(leads_to, name.len()))?;
            self.guarded(&through, act)
        })
    }

    /// A program that may do anything with what it is given.
    fn everything(&mut self, step: &Step, links: &[Link], code: bool) -> Option<String> {
        for value in step.arguments() {
            let joined = value.after_equals();
            if let Some(reason) = [Some(value), joined.as_ref()]
                .into_iter()
                .flatten()
                .find_map(|value| self.named(value, step, links))
            {
                return Some(reason);
            }
            // More than a path: code, or a list.
            let is_text = |char: char| !(char.is_alphanumeric() || "._/-".contains(char));
            if value.head().contains(is_text)
                && let Some(reason) = self.text(&value.shown(), step)
            {
                return Some(reason);
            }
            if runs_code(&step.program())
                && let Some(reason) = value.origins.iter().find_map(|origin| self.text(&shown(origin), step))
            {
                return Some(reason);
            }
        }
        let input = step.input.as_ref().filter(|_| code)?;
        self.text(&input.shown(), step).or_else(|| {
            let texts = input.origins.iter().map(|origin| shown(origin));
            texts.filter(|text| text.contains(char::is_whitespace)).find_map(|text| self.text(&text, step))
        })
    }

    /// An argument of a program that is not known, which may be a path.
    fn named(&mut self, value: &Value, step: &Step, links: &[Link]) -> Option<String> {
        let is_plain = !value.head().contains('/') && !value.head().starts_with('.');
        for (index, dir) in step.dirs.iter().enumerate() {
            let path = Path::new(value, dir, step.dotglob);
            let reason =
                self.guarded(&path, Act::Name).or_else(|| self.through_link(&path, Act::Name, links));
            if reason.is_some() {
                return reason;
            }
            if index == 0
                && !is_plain
                && !value.is_option()
                && let Some(reason) = self.linked(&path)
            {
                return Some(reason);
            }
            for origin in &value.origins {
                let path = Path::from_pieces(origin, dir, step.dotglob);
                if let Some(reason) = self.guarded(&path, Act::Name) {
                    return Some(reason);
                }
            }
        }
        None
    }

    fn text(&self, text: &str, step: &Step) -> Option<String> {
        step.dirs
            .iter()
            .find_map(|dir: &Dir| {
                guarded_path(text, dir, &self.places)
                    .or_else(|| guarded_path(&unquoted(text), dir, &self.places))
            })
            .map(|path| guarded_reason(&path))
    }

    /// Shell code that is not understood.
    fn opaque(&self, step: &Step) -> Option<String> {
        let values = step.argv.iter().chain(&step.input);
        let mut texts: Vec<String> = values.clone().map(Value::shown).collect();
        for origin in values.flat_map(|value| &value.origins) {
            texts.push(shown(origin));
        }
        texts.iter().find_map(|text| self.text(text, step))
    }
}

/// Programs that run what they are given.
fn runs_code(program: &str) -> bool {
    let name = program.trim_end_matches(|char: char| char.is_ascii_digit() || char == '.');
    matches!(program, ".")
        || matches!(
            name,
            "source" | "sh" | "bash" | "zsh" | "dash" | "ksh" | "python" | "node" | "perl" | "ruby" | "php"
        )
}

fn shown(pieces: &[Piece]) -> String {
    Value { pieces: pieces.to_vec(), origins: Vec::new() }.shown()
}

pub(crate) fn place(cx: &Context, cwd: &str) -> Place {
    Place {
        cwd: cwd.to_owned(),
        home: cx.home.clone(),
        workspace: cx.agent.workspace.clone(),
        git_dir: cx.project.git_dir.clone(),
    }
}

fn link(step: &Step) -> Option<Link> {
    if step.program() != "ln" {
        return None;
    }
    let mut plain = step.arguments().iter().filter(|argument| !argument.is_option());
    let (to, name) = (plain.next()?, plain.next()?);
    let here = step.dirs.first()?;
    let name = dir(&Path::new(name, here, false).known()?)?;
    // What a relative link means depends on where it lies.
    let parent = Some(name.get(..name.len().checked_sub(1)?)?.to_vec());
    let to = dir(&Path::new(to, &parent, false).known()?)?;
    Some((name, to))
}
