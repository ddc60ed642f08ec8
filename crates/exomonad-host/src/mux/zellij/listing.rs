//! Reads what zellij lists.

use serde::Deserialize;

use crate::mux::SessionState;

/// A pane as zellij lists it, of those that run a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its number, which no other pane of the session gets again.
    pub(super) id: u32,
    /// The number of its tab.
    pub(super) tab: u32,
    pub(super) tab_name: String,
    pub(super) title: String,
    pub(super) columns: u16,
    /// Its program ended, or waits to be started again.
    pub(super) ended: bool,
}

#[derive(Deserialize)]
struct PaneJson {
    id: u32,
    is_plugin: bool,
    #[serde(default)]
    title: String,
    #[serde(default)]
    exited: bool,
    #[serde(default)]
    is_held: bool,
    #[serde(default)]
    pane_columns: u16,
    tab_id: u32,
    #[serde(default)]
    tab_name: String,
}

#[derive(Deserialize)]
struct TabJson {
    tab_id: u32,
}

/// The panes of `list-panes --all --json`; nothing when this is no list.
pub(super) fn panes(listing: &str) -> Option<Vec<Listed>> {
    let panes: Vec<PaneJson> = serde_json::from_str(listing).ok()?;
    let ours = panes.into_iter().filter(|pane| !pane.is_plugin);
    let listed = |pane: PaneJson| Listed {
        id: pane.id,
        tab: pane.tab_id,
        tab_name: pane.tab_name,
        title: pane.title,
        columns: pane.pane_columns,
        ended: pane.exited || pane.is_held,
    };
    Some(ours.map(listed).collect())
}

/// Whether `list-tabs --json` has a tab; nothing when this is no list.
pub(super) fn has_tab(listing: &str, tab: u32) -> Option<bool> {
    let tabs: Vec<TabJson> = serde_json::from_str(listing).ok()?;
    Some(tabs.iter().any(|found| found.tab_id == tab))
}

/// The ids that `list-clients` has below its heading.
pub(super) fn client_ids(listing: &str) -> Vec<String> {
    let lines = listing.lines().filter(|line| !line.trim().is_empty()).skip(1);
    lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// How many rows `list-clients` has below its heading; nothing without a heading.
pub(super) fn clients(listing: &str) -> Option<u32> {
    let mut lines = listing.lines().map(str::trim_start).filter(|line| !line.is_empty());
    lines.next()?;
    Some(lines.map(|_| 1).sum())
}

/// What `list-sessions --no-formatting` says of a session. Its `--short` form tells of exited ones as of any other.
pub(super) fn state(listing: &str, session: &str) -> SessionState {
    let rows = listing.lines().filter_map(|line| line.rsplit_once(" [Created "));
    match rows.filter(|(name, _)| *name == session).map(|(_, rest)| rest.contains("(EXITED")).next() {
        None => SessionState::Missing,
        Some(true) => SessionState::Exited,
        Some(false) => SessionState::Alive { clients: 0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_found_by_its_whole_name() {
        let listing = "exo-2 [Created 1s ago] \na b [Created 3m 57s ago] (EXITED - attach to resurrect)\n";
        assert_eq!(state(listing, "exo"), SessionState::Missing);
        assert_eq!(state(listing, "exo-2"), SessionState::Alive { clients: 0 });
        assert_eq!(state(listing, "a b"), SessionState::Exited);
        assert_eq!(state("", "a"), SessionState::Missing);
    }

    #[test]
    fn plugins_are_no_panes() {
        let listing = r#"[
            {"id": 0, "is_plugin": true, "title": "tab-bar", "tab_id": 0},
            {"id": 0, "is_plugin": false, "title": "one", "exited": false, "is_held": false, "pane_columns": 50, "tab_id": 2, "tab_name": "t"},
            {"id": 1, "is_plugin": false, "title": "two", "exited": true, "is_held": true, "pane_columns": 50, "tab_id": 2, "tab_name": "t"}
        ]"#;
        let listed = |id, title: &str, ended| {
            let (tab_name, title) = ("t".to_owned(), title.to_owned());
            Listed { id, tab: 2, tab_name, title, columns: 50, ended }
        };
        assert_eq!(panes(listing), Some(vec![listed(0, "one", false), listed(1, "two", true)]));
        assert_eq!(panes("[]\n"), Some(Vec::new()));
        assert_eq!(panes(""), None);
    }

    #[test]
    fn clients_are_the_rows_below_the_heading() {
        assert_eq!(clients(""), None);
        assert_eq!(clients("CLIENT_ID ZELLIJ_PANE_ID RUNNING_COMMAND\n"), Some(0));
        assert_eq!(
            clients("CLIENT_ID ZELLIJ_PANE_ID RUNNING_COMMAND\n1         plugin_3       x\n"),
            Some(1)
        );
    }

    #[test]
    fn clients_are_told_by_their_ids() {
        let listing =
            "CLIENT_ID ZELLIJ_PANE_ID RUNNING_COMMAND\n1         plugin_3       x\n12 terminal_1 a b\n";
        assert_eq!(client_ids(listing), ["1", "12"]);
        assert_eq!(client_ids(""), Vec::<String>::new());
    }

    #[test]
    fn a_tab_is_found_by_its_id() {
        assert_eq!(has_tab(r#"[{"tab_id": 3, "position": 0}]"#, 3), Some(true));
        assert_eq!(has_tab(r#"[{"tab_id": 3, "position": 0}]"#, 0), Some(false));
        assert_eq!(has_tab("", 0), None);
    }
}
