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
            let installed = |kind: &MuxKind| is_installed(kind.name(), surroundings.search_path());
            [MuxKind::Zellij, MuxKind::Tmux].into_iter().find(installed).unwrap_or(MuxKind::Headless)
        }
    }
}

fn is_installed(program: &str, search_path: &str) -> bool {
    let mut dirs = search_path.split(':').filter(|dir| dir.starts_with('/'));
    dirs.any(|dir| Utf8Path::new(dir).join(program).is_file())
}

/// The session's name unless the user gave one: the project's directory, in characters that every multiplexer keeps as they
/// are.
#[must_use]
pub fn session_name(project_root: &Utf8Path) -> String {
    let name = project_root.file_name().unwrap_or("project");
    let kept = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    name.chars().take(NAME_CHARS).map(kept).collect()
}
