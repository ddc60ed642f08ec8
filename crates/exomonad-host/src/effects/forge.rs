//! Effects of namespace `forge`.

use std::sync::Arc;
use std::time::Duration;

use super::agents::own_name;
use super::work::load_standing;
use super::{Caller, Failure, World, error, invalid};
use crate::agent::{AgentName, Site};
use crate::contract::forge::{
    Changes, Check, Host, Issue, IssueState, MergeResult, MergeStrategy, PullRequest, PullRequestState,
    Remark, Review, ReviewComment, ReviewState,
};
use crate::contract::{EffectError, EffectErrorKind};
use crate::forge::{
    Ending, FileOrder, Forge, ForgeError, MergeOrder, Patience, ReviewOrder, open, open_here,
};
use crate::store::Sender;
use crate::surroundings::Surroundings;

/// The most that it may take to push a branch, and to merge one and end its author.
const FILE_LIMIT: Duration = Duration::from_secs(150);
const MERGE_LIMIT: Duration = Duration::from_secs(150);

/// The most that any other question to a forge may take, where that is elsewhere.
const ASK_LIMIT: Duration = Duration::from_secs(90);

/// The most bytes of a diff.
const DIFF_CAP: u32 = 1 << 20;

impl Host for World {
    fn find_pull_request(&mut self, head: String) -> Result<Option<PullRequest>, Failure> {
        self.ask("forge.find-pull-request", |caller| Ok(forge(caller)?.find(&head)?))
    }

    fn get_pull_request(&mut self, number: u64) -> Result<PullRequest, Failure> {
        self.ask("forge.get-pull-request", |caller| Ok(forge(caller)?.pull_request(number)?))
    }

    fn list_pull_requests(&mut self, state: Option<PullRequestState>) -> Result<Vec<PullRequest>, Failure> {
        self.ask("forge.list-pull-requests", |caller| Ok(forge(caller)?.pull_requests(state)?))
    }

    fn create_or_update(
        &mut self,
        title: String,
        body: String,
        base: Option<String>,
    ) -> Result<PullRequest, Failure> {
        self.act_waiting("forge.create-or-update", FILE_LIMIT, |caller| {
            require_time(caller)?;
            let by = own_name(caller)?;
            let receipt = Some(load_standing(caller)?.receipt).filter(|receipt| !receipt.is_empty());
            let (base, receipt) = (base.as_deref(), receipt.as_deref());
            let order = FileOrder { by: &by, title: &title, body: &body, base, receipt };
            Ok(forge(caller)?.create_or_update(&order)?)
        })
    }

    fn diff(&mut self, number: u64, path: Option<String>, max_bytes: u32) -> Result<Changes, Failure> {
        self.ask("forge.diff", |caller| {
            if !(1..=DIFF_CAP).contains(&max_bytes) {
                return Err(invalid(format!("`max-bytes` is between 1 and {DIFF_CAP}")));
            }
            let max_bytes = usize::try_from(max_bytes).unwrap_or(usize::MAX);
            Ok(forge(caller)?.diff(number, path.as_deref(), max_bytes)?)
        })
    }

    fn reviews(&mut self, number: u64) -> Result<Vec<Review>, Failure> {
        self.ask("forge.reviews", |caller| Ok(forge(caller)?.reviews(number)?))
    }

    fn review_comments(&mut self, number: u64) -> Result<Vec<ReviewComment>, Failure> {
        self.ask("forge.review-comments", |caller| Ok(forge(caller)?.review_comments(number)?))
    }

    fn submit_review(
        &mut self,
        number: u64,
        state: ReviewState,
        body: String,
        remarks: Vec<Remark>,
    ) -> Result<Review, Failure> {
        self.ask("forge.submit-review", |caller| {
            let name = own_name(caller)?;
            let by = Sender::Agent(&name);
            let order = ReviewOrder { by, number, state, body: &body, remarks: &remarks };
            Ok(forge(caller)?.submit_review(&order)?)
        })
    }

    fn checks(&mut self, number: u64) -> Result<Vec<Check>, Failure> {
        self.ask("forge.checks", |caller| Ok(forge(caller)?.checks(number)?))
    }

    fn merge(&mut self, number: u64, strategy: MergeStrategy, force: bool) -> Result<MergeResult, Failure> {
        self.act_waiting("forge.merge", MERGE_LIMIT, |caller| {
            if caller.services.surroundings.is_none() {
                let refusal = error(EffectErrorKind::Unavailable, "a hook merges nothing");
                return Err(EffectError { hint: Some("do it in a tool".to_owned()), ..refusal });
            }
            require_time(caller)?;
            let name = own_name(caller)?;
            let order = MergeOrder { by: Sender::Agent(&name), number, strategy, force };
            Ok(forge(caller)?.merge(&order)?)
        })
    }

    fn close(&mut self, number: u64, comment: Option<String>) -> Result<PullRequest, Failure> {
        self.ask("forge.close", |caller| {
            let name: AgentName = own_name(caller)?;
            Ok(forge(caller)?.close(number, Sender::Agent(&name), comment.as_deref())?)
        })
    }

    fn list_issues(&mut self, state: Option<IssueState>) -> Result<Vec<Issue>, Failure> {
        self.ask("forge.list-issues", |caller| Ok(forge(caller)?.issues(state)?))
    }

    fn get_issue(&mut self, number: u64) -> Result<Issue, Failure> {
        self.ask("forge.get-issue", |caller| Ok(forge(caller)?.issue(number)?))
    }
}

impl World {
    /// As [`World::act`]; a forge that is elsewhere is waited for. A call that may not wait asks one that is here.
    fn ask<T>(
        &mut self,
        effect: &'static str,
        perform: impl FnOnce(&Caller<'_>) -> Result<T, EffectError>,
    ) -> Result<T, Failure> {
        if self.meter().wait_left().is_zero() {
            self.act(effect, perform)
        } else {
            self.act_waiting(effect, ASK_LIMIT, perform)
        }
    }
}

/// The project's forge, as the caller sees it.
fn forge(caller: &Caller<'_>) -> Result<Box<dyn Forge>, EffectError> {
    let services = caller.services;
    let surroundings = services.surroundings.clone().unwrap_or_else(|| Arc::new(bare(caller)));
    let site = Site {
        store: services.store.clone(),
        repository: services.repository.clone(),
        surroundings,
        config: services.config.clone(),
        clock: services.clock,
    };
    if services.surroundings.is_none() {
        return Ok(open_here(site)?);
    }
    let patience = Patience::limited(caller.time_left, caller.stop);
    Ok(open(site, Ending::Allowed, patience)?)
}

/// What it takes to ask git, where no agent may be started or ended.
fn bare(caller: &Caller<'_>) -> Surroundings {
    let services = caller.services;
    let mut variables = vec![("PATH".to_owned(), services.search_path.clone())];
    variables.extend(services.home.as_ref().map(|home| ("HOME".to_owned(), home.to_string())));
    Surroundings { variables, ..Surroundings::default() }
}

/// Refuses what cannot be done in no time.
fn require_time(caller: &Caller<'_>) -> Result<(), EffectError> {
    if caller.time_left.is_zero() || caller.stop.waits_no_more() {
        return Err(EffectError {
            kind: EffectErrorKind::Timeout,
            message: "this call may not wait for git any longer".to_owned(),
            hint: Some(
                "a tool waits for `limits.wait_ms` of the configuration in all; a hook does not".to_owned(),
            ),
        });
    }
    Ok(())
}

impl From<ForgeError> for EffectError {
    fn from(err: ForgeError) -> Self {
        Self { kind: err.kind(), hint: err.hint(), message: crate::explain(&err) }
    }
}
