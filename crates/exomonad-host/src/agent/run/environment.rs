//! The environment of a harness: its spawner's, with the terminal of its pane and its own name.

use std::collections::BTreeMap;

use super::line::Line;
use crate::agent::ProcessIdentity;
use crate::surroundings::Surroundings;
use crate::telemetry::TraceContext;

/// The variable that carries an agent's name.
const AGENT: &str = "EXOMONAD_AGENT";

/// The variable by which whatever comes of a run is told from everything else, even when its launcher was killed.
const RUN: &str = "EXOMONAD_RUN";

/// The variable by which a program learns which span it is in: W3C Trace Context, as OpenTelemetry has it for processes.
const TRACEPARENT: &str = "TRACEPARENT";

/// Who a harness is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identity<'a> {
    /// Its agent's name.
    pub(super) agent: &'a str,
    /// The launcher that starts it.
    pub(super) launcher: &'a ProcessIdentity,
    /// The span of its session.
    pub(super) session: Option<TraceContext>,
}

/// What bears the mark of the run with this launcher.
pub(in crate::agent) fn mark(launcher: &ProcessIdentity) -> String {
    format!("{RUN}={}", mark_value(launcher))
}

fn mark_value(launcher: &ProcessIdentity) -> String {
    format!("{}.{}", launcher.pid, launcher.started)
}

/// The harness's whole environment.
pub(super) fn compose(
    inherited: &[(String, String)],
    own: &Surroundings,
    line: &Line,
    identity: &Identity<'_>,
) -> BTreeMap<String, String> {
    let not_of_a_place = |(name, _): &&(String, String)| !is_of_the_pane(name) && name != "OLDPWD";
    let of_the_pane = own.variables.iter().filter(|(name, _)| is_of_the_pane(name));
    let given = [
        ("PWD", line.dir.to_string()),
        (AGENT, identity.agent.to_owned()),
        (RUN, mark_value(identity.launcher)),
    ];
    let mut environment: BTreeMap<_, _> =
        inherited.iter().filter(not_of_a_place).chain(of_the_pane).cloned().collect();
    environment.extend(line.env.iter().cloned());
    environment.extend(given.map(|(name, value)| (name.to_owned(), value)));
    environment.extend(identity.session.map(|session| (TRACEPARENT.to_owned(), session.to_string())));
    environment
}

/// Whether a variable tells of the terminal that shows the harness: the spawner's is another one.
fn is_of_the_pane(name: &str) -> bool {
    matches!(name, "TERM" | "COLORTERM" | "TERM_PROGRAM" | "TERM_PROGRAM_VERSION")
        || ["TMUX", "ZELLIJ"].iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::{Identity, compose, mark};
    use crate::agent::ProcessIdentity;
    use crate::agent::run::line::Line;
    use crate::surroundings::Surroundings;
    use crate::telemetry::TraceContext;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_harness_has_its_spawners_environment_in_its_own_pane() {
        let inherited = pairs(&[
            ("SECRET", "s"),
            ("PATH", "/spawner"),
            ("TERM", "dumb"),
            ("TMUX_PANE", "%1"),
            ("PWD", "/elsewhere"),
            ("OLDPWD", "/before"),
            ("EXOMONAD_AGENT", "root"),
            ("TRACEPARENT", "the spawner's"),
        ]);
        let own = Surroundings {
            variables: pairs(&[("TERM", "xterm"), ("ZELLIJ", "0"), ("PATH", "/pane"), ("STRAY", "x")]),
            ..Surroundings::default()
        };
        let line = Line {
            argv: Vec::new(),
            env: pairs(&[("NODE_OPTIONS", "-x"), ("EXOMONAD_AGENT", "forged")]),
            dir: "/w".into(),
            conversation: "new",
        };
        let launcher = ProcessIdentity { pid: 7, started: "8".to_owned(), machine: String::new() };
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let session = TraceContext::parse(text);
        let identity = Identity { agent: "api", launcher: &launcher, session };
        let environment: Vec<_> = compose(&inherited, &own, &line, &identity).into_iter().collect();
        let expected = pairs(&[
            ("EXOMONAD_AGENT", "api"),
            ("EXOMONAD_RUN", "7.8"),
            ("NODE_OPTIONS", "-x"),
            ("PATH", "/spawner"),
            ("PWD", "/w"),
            ("SECRET", "s"),
            ("TERM", "xterm"),
            ("TRACEPARENT", text),
            ("ZELLIJ", "0"),
        ]);
        assert_eq!(environment, expected);
        assert_eq!(mark(&launcher), "EXOMONAD_RUN=7.8");
    }
}
