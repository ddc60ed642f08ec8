//! Which multiplexer, and what the project's session is called.

use camino::Utf8Path;

use super::{MuxChoice, MuxKind};
use crate::surroundings::Surroundings;

/// The most characters of a session's name: sockets are named after it, and their paths are short.
const NAME_CHARS: usize = 36;

/// The multiplexer to use: the one the user named; else the one we are inside; else the first that is installed; else none.
#[must_use]
pub fn choose(choice: MuxChoice, surroundings: &Surroundings) -> MuxKind {
    let inside = |name: &str| surroundings.variable(name).is_some();
    match choice {
        MuxChoice::Only(kind) => kind,
        MuxChoice::Auto if inside("ZELLIJ") => MuxKind::Zellij,
        MuxChoice::Auto if inside("TMUX") => MuxKind::Tmux,
        MuxChoice::Auto => {
            let installed = |kind: &MuxKind| surroundings.find_program(kind.name()).is_some();
            [MuxKind::Zellij, MuxKind::Tmux].into_iter().find(installed).unwrap_or(MuxKind::Headless)
        }
    }
}

/// The session's name unless the user gave one: the project's directory, in characters that every multiplexer keeps as they
/// are, and that none takes for the beginning of an option.
#[must_use]
pub fn session_name(project_root: &Utf8Path) -> String {
    let name = project_root.file_name().unwrap_or("project");
    let kept = |(place, c): (usize, char)| {
        if c.is_ascii_alphanumeric() || (c == '-' && place > 0) { c } else { '_' }
    };
    name.chars().take(NAME_CHARS).enumerate().map(kept).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_session_is_named_after_the_project_in_plain_characters() {
        let check = |root: &str, expect: &str| assert_eq!(session_name(root.into()), expect, "{root}");
        check("/home/x/my-project", "my-project");
        check("/home/x/my.project 2", "my_project_2");
        check("/home/x/-x", "_x");
        check("/home/x/größe", "gr__e");
        check("/", "project");
        check(&format!("/{}", "x".repeat(100)), &"x".repeat(36));
    }

    #[test]
    fn the_first_multiplexer_that_can_be_run_is_chosen() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().to_str().unwrap().to_owned();
        let mut surroundings = Surroundings::default();
        surroundings.variables.push(("PATH".to_owned(), format!("relative:/nonexistent:{path}")));
        let chosen = |surroundings: &Surroundings| choose(MuxChoice::Auto, surroundings);
        let install = |program: &str, mode| {
            let file = dir.path().join(program);
            std::fs::File::create(&file).unwrap();
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        install("zellij", 0o644);
        assert_eq!(chosen(&surroundings), MuxKind::Headless);
        install("tmux", 0o755);
        assert_eq!(chosen(&surroundings), MuxKind::Tmux);
        install("zellij", 0o755);
        assert_eq!(chosen(&surroundings), MuxKind::Zellij);
        surroundings.variables.push(("TMUX".to_owned(), "/tmp/s,1,0".to_owned()));
        assert_eq!(chosen(&surroundings), MuxKind::Tmux);
        assert_eq!(choose(MuxChoice::Only(MuxKind::Headless), &surroundings), MuxKind::Headless);
    }
}
