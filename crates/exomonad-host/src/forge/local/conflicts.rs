//! Finds out in the background which open pull requests cannot be merged any more, so that their authors hear of it before
//! anybody tries.

use std::time::Duration;

use super::repository_of;
use crate::agent::Site;
use crate::contract::forge::PullRequestState;
use crate::duty::{Duty, DutyError};
use crate::forge::ForgeError;
use crate::git::{Attributes, MergedTree};
use crate::store::{Proof, Unproven};

/// The oldest git that merges without a checkout.
const MERGES: (u32, u32) = (2, 38);

/// How long there is nothing to do while the database does not change.
const REST: Duration = Duration::from_secs(3600);

/// The duty.
#[derive(Debug)]
pub(crate) struct Conflicts {
    site: Site,
}

impl Conflicts {
    pub(crate) fn new(site: Site) -> Self {
        Self { site }
    }

    fn prove(&self, unproven: &Unproven) -> Result<(), ForgeError> {
        let (site, pull) = (&self.site, &unproven.pull);
        if pull.state != PullRequestState::Open {
            return Ok(site.store.give_up_proof(unproven)?);
        }
        let git = site.git(repository_of(site, &pull.author)?);
        let version = git.version()?;
        let tip = |branch: &str| git.commit(&format!("refs/heads/{branch}"));
        let (Some(head), Some(base), true) = (tip(&pull.head)?, tip(&pull.base)?, version >= MERGES) else {
            return Ok(site.store.give_up_proof(unproven)?);
        };
        let paths = match git.merge_trees(Attributes::of(version), None, &base, &head)? {
            MergedTree::Clean(_) => None,
            MergedTree::Conflicts(paths) => Some(paths),
        };
        let proof = Proof { of: unproven, head_sha: &head, base_sha: &base, conflicts: paths.as_deref() };
        Ok(site.store.record_proof(&proof, site.clock.now_ms())?)
    }
}

impl Duty for Conflicts {
    fn name(&self) -> &'static str {
        "conflicts"
    }

    fn go(&mut self) -> Result<Duration, DutyError> {
        for unproven in self.site.store.unproven_pulls()? {
            if let Err(err) = self.prove(&unproven) {
                let number = unproven.pull.number;
                tracing::warn!(
                    number,
                    "failed to find out whether it can be merged: {}",
                    crate::explain(&err)
                );
                self.site.store.give_up_proof(&unproven)?;
            }
        }
        Ok(REST)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use exomonad_testkit::Project;

    use super::*;
    use crate::agent::AgentName;
    use crate::clock::Clock;
    use crate::git::Repository;
    use crate::harness::Harness;
    use crate::store::{EventFilter, Mode, PullDraft, Store};
    use crate::surroundings::Surroundings;

    fn commit(project: &Project, branch: &str, text: &str) -> String {
        project.git(["switch", "--quiet", branch]);
        project.write("README.md", text);
        project.git(["commit", "--quiet", "--all", "-m", text.trim()]);
        project.git(["rev-parse", "HEAD"]).trim().to_owned()
    }

    #[test]
    fn a_conflict_is_told_to_the_author_once_at_each_commit() {
        let project = Project::new();
        let repository = Repository::find(project.dir()).unwrap();
        crate::project::create(&repository, Harness::Claude, 1).unwrap();
        let store = Arc::new(Store::open(&repository.state_dir().join("state.db"), Mode::Short).unwrap());
        let variables = vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())];
        let site = Site {
            store: Arc::clone(&store),
            repository,
            surroundings: Arc::new(Surroundings { exe: "/nowhere/exomonad".into(), variables }),
            config: Arc::default(),
            clock: Clock::new(|| 7),
        };
        let base = project.git(["rev-parse", "main"]).trim().to_owned();
        project.git(["branch", "main.leaf"]);
        let author = AgentName::parse("root").unwrap();
        let file = || {
            let head = commit(
                &project,
                "main.leaf",
                &format!("By the leaf, {}.\n", store.newest_event_id().unwrap()),
            );
            let draft = PullDraft {
                title: Some("It"),
                body: None,
                head: "main.leaf",
                base: "main",
                author: &author,
                head_sha: &head,
                base_sha: &base,
                own_sha: None,
                receipt: None,
            };
            store.file_pull(&draft, 7).unwrap();
        };
        let mut duty = Conflicts::new(site);
        let mut conflicts = || {
            for _ in 0..2 {
                duty.go().unwrap();
            }
            let filter = EventFilter { kinds: vec!["pull.conflicted".to_owned()], ..EventFilter::default() };
            let events = store.first_events(&filter, 10).unwrap();
            assert!(events.iter().all(|event| event.data.contains("README.md")), "{events:?}");
            events.len()
        };
        file();
        assert_eq!(conflicts(), 0);
        commit(&project, "main", "Something else.\n");
        file();
        assert_eq!(conflicts(), 1);
        file();
        assert_eq!(conflicts(), 2);
        assert_eq!(store.unproven_pulls().unwrap(), []);
    }
}
