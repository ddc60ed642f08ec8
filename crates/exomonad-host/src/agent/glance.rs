//! What is seen of all agents at a glance: each one's view, and beside it its pull request, checks, and last step.
//!
//! Rule, as for [`view_agents`]: the number of queries does not grow with the number of agents.

use std::collections::HashMap;

use super::{AgentView, view_agents};
use crate::contract::Event;
use crate::store::{Checked, PullGlance, Store, StoreError};

/// Every agent, and what is beside it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Glance {
    /// Oldest first.
    pub agents: Vec<AgentView>,
    /// The open pull request of each branch, else its latest one, by the branch.
    pub pulls: HashMap<String, PullGlance>,
    /// How the commands that verify an agent's work ended last, by the agent's name.
    pub checked: HashMap<String, Checked>,
    /// The last thing that each agent did, as far as it is among the project's last events, by the agent's name.
    pub steps: HashMap<String, Event>,
}

impl Glance {
    /// Takes it.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub fn take(store: &Store, now_ms: u64) -> Result<Self, StoreError> {
        Ok(Self {
            agents: view_agents(store, now_ms)?,
            pulls: store.pull_glances()?.into_iter().collect(),
            checked: store.checked()?.into_iter().collect(),
            steps: store.last_steps()?.into_iter().map(|event| (event.agent.clone(), event)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;
    use tempfile::TempDir;

    use super::Glance;
    use crate::agent::AgentName;
    use crate::contract::WorkspaceKind;
    use crate::contract::forge::{PullRequestState, Review, ReviewState};
    use crate::store::{
        AgentRow, AgentState, Checked, ChecksTold, Filing, KeptReview, Mode, PullDraft, PullGlance, PullWord,
        RemotePull, ReviewDraft, Sender, Store, VerificationRow,
    };

    fn store() -> (TempDir, Store, AgentName) {
        let dir = TempDir::new().unwrap();
        let path = Utf8PathBuf::from_path_buf(dir.path().join("state.db")).unwrap();
        let store = Store::open(&path, Mode::Create).unwrap();
        let name = AgentName::parse("api").unwrap();
        let row = AgentRow {
            name: name.clone(),
            role: "dev".to_owned(),
            harness: "claude".to_owned(),
            parent: None,
            workspace_kind: WorkspaceKind::Shared,
            workspace: "/w".into(),
            depth: 0,
            state: AgentState::Stopped,
            created_ms: 1,
        };
        assert!(store.add_agent(&row).unwrap());
        (dir, store, name)
    }

    fn file(store: &Store, author: &AgentName, head_sha: &str) -> u64 {
        let draft = PullDraft {
            title: Some("t"),
            body: None,
            head: "main.api",
            base: "main",
            author,
            head_sha,
            base_sha: "b",
            own_sha: None,
            receipt: None,
        };
        match store.file_pull(&draft, 2).unwrap() {
            Filing::Created(pull) | Filing::Updated(pull) => pull.number,
            other @ (Filing::Foreign(_) | Filing::Untitled) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_branch_has_its_open_pull_request_with_what_is_said_of_its_newest_commit() {
        let (_dir, store, name) = store();
        let check = |number: u64, word: PullWord| {
            let pulls = Glance::take(&store, 9).unwrap().pulls;
            assert_eq!(pulls.get("main.api"), Some(&PullGlance { number, word, checks_failed: None }));
        };
        let review = |number: u64, by: Sender<'_>, state: ReviewState, commit: &str| {
            let draft = ReviewDraft { by, state, body: "b", remarks: &[], commit, notice: "n" };
            assert!(store.add_review(number, &draft, 3).unwrap().is_some());
        };
        let other = AgentName::parse("other").unwrap();
        let first = file(&store, &name, "1");
        check(first, PullWord::Open);
        review(first, Sender::Human, ReviewState::ChangesRequested, "1");
        check(first, PullWord::Changes);
        review(first, Sender::Agent(&other), ReviewState::Approved, "1");
        check(first, PullWord::Changes);
        review(first, Sender::Human, ReviewState::Commented, "1");
        check(first, PullWord::Changes);
        review(first, Sender::Human, ReviewState::Approved, "1");
        check(first, PullWord::Approved);
        file(&store, &name, "2");
        check(first, PullWord::Open);
        store.close_pull(first, Sender::Human, None, None, 4).unwrap();
        check(first, PullWord::Closed);
        let second = file(&store, &name, "3");
        check(second, PullWord::Open);
    }

    #[test]
    fn one_that_lives_elsewhere_counts_before_one_in_the_database_that_does_not_wait() {
        let (_dir, store, name) = store();
        let here = file(&store, &name, "1");
        let keep = |state: PullRequestState, checks: Option<ChecksTold>, asks: bool| {
            let pull = RemotePull {
                number: 40,
                author: name.clone(),
                title: "t".to_owned(),
                url: "u".to_owned(),
                state,
                head: "main.api".to_owned(),
                head_sha: "9".to_owned(),
                base: "main".to_owned(),
                base_sha: None,
                merge_sha: None,
                conflict_sha: None,
                checks,
            };
            let review = Review {
                id: "7".to_owned(),
                author: "octocat".to_owned(),
                human: true,
                state: ReviewState::ChangesRequested,
                body: "b".to_owned(),
                commit: "9".to_owned(),
                time_ms: 5,
            };
            let kept = store.change_remote_pulls("acme/api", 5, |book| {
                book.keep(&pull)?;
                if asks {
                    book.keep_review(40, KeptReview { review: &review, ours: false })?;
                }
                Ok(())
            });
            kept.unwrap();
        };
        let check = |number: u64, word: PullWord, checks_failed: Option<bool>| {
            let pulls = Glance::take(&store, 9).unwrap().pulls;
            assert_eq!(pulls.get("main.api"), Some(&PullGlance { number, word, checks_failed }));
        };
        keep(PullRequestState::Closed, None, false);
        check(here, PullWord::Open, None);
        keep(PullRequestState::Open, Some(ChecksTold::Failed), false);
        check(40, PullWord::Open, Some(true));
        keep(PullRequestState::Open, Some(ChecksTold::Passed), true);
        check(40, PullWord::Changes, Some(false));
        store.close_pull(here, Sender::Human, None, None, 6).unwrap();
        keep(PullRequestState::Merged, None, false);
        check(40, PullWord::Merged, None);
    }

    #[test]
    fn an_agents_last_step_is_what_it_did_and_its_checks_are_the_latest_of_each_command() {
        let (_dir, store, name) = store();
        let run = |command: &str, failed: bool| {
            let row =
                VerificationRow { command: command.to_owned(), failed, tree: "t".to_owned(), time_ms: 5 };
            store.set_verification(&name, &row).unwrap();
        };
        run("test", true);
        run("lint", false);
        run("test", false);
        run("docs", true);
        store.record_event(6, "message.queued", "api", "{}").unwrap();
        let glance = Glance::take(&store, 9).unwrap();
        assert_eq!(glance.checked.get("api"), Some(&Checked { failed: 1, ran: 3 }));
        assert_eq!(glance.steps.get("api").map(|step| step.kind.as_str()), Some("work.verified"));
        assert_eq!(glance.agents.len(), 1);
    }
}
