//! Commands for one run of tmux, quoted against what tmux would read into them.

/// Commands that tmux runs one after the other; the first that fails is the last.
#[derive(Debug, Clone, Default)]
pub(super) struct Script(Vec<String>);

impl Script {
    /// Adds a command and its arguments.
    pub(super) fn then<S: AsRef<str>>(mut self, command: &[S]) -> Self {
        if !self.0.is_empty() {
            self.0.push(";".to_owned());
        }
        self.0.extend(command.iter().map(|argument| whole(argument.as_ref())));
        self
    }

    /// Adds arguments to the last command.
    pub(super) fn with<S: AsRef<str>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.0.extend(arguments.into_iter().map(|argument| whole(argument.as_ref())));
        self
    }

    /// The arguments of the run.
    pub(super) fn arguments(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// An argument that ends in a semicolon, so that it does not end the command.
fn whole(argument: &str) -> String {
    argument.strip_suffix(';').map_or_else(|| argument.to_owned(), |rest| format!("{rest}\\;"))
}

/// Text where tmux expands formats, so that it stays as it is.
pub(super) fn literal(text: &str) -> String {
    text.replace('#', "##")
}

/// A command line that tmux hands to no shell: it does so with one of a single word.
pub(super) fn program(argv: &[String]) -> Vec<String> {
    match argv {
        [only] => ["sh", "-c", "exec \"$0\"", only].map(str::to_owned).into(),
        argv => argv.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_semicolon_at_the_end_of_an_argument_ends_no_command() {
        let script = Script::default().then(&["a", "x;", "y\\;", ";", "z;z"]).then(&["b"]);
        let arguments: Vec<_> = script.arguments().collect();
        assert_eq!(arguments, ["a", "x\\;", "y\\\\;", "\\;", "z;z", ";", "b"]);
    }

    #[test]
    fn a_format_is_text() {
        assert_eq!(literal("a #{b} #c"), "a ##{b} ##c");
    }
}
