//! Issues. GitHub has pull requests for issues, too; here they are none.

use super::{GitHub, shape, wire};
use crate::contract::forge::{Issue, IssueState};
use crate::forge::{ForgeError, GitHubError};

/// The most that a list has.
const LISTED: usize = 1000;

impl GitHub {
    /// The newest 1000, newest first.
    pub(super) fn listed_issues(&self, state: Option<IssueState>) -> Result<Vec<Issue>, ForgeError> {
        let word = match state {
            None => "all",
            Some(IssueState::Open) => "open",
            Some(IssueState::Closed) => "closed",
        };
        let route = format!("issues?state={word}&sort=created&direction=desc&per_page=100");
        let mut issues: Vec<Issue> = Vec::new();
        self.client.pages(&self.client.target.route(&route), |page: Vec<wire::Issue>| {
            let real = page.into_iter().filter(|issue| issue.pull_request.is_none());
            issues.extend(real.map(shape::issue));
            issues.len() < LISTED
        })?;
        issues.truncate(LISTED);
        Ok(issues)
    }

    /// The issue of that number.
    pub(super) fn require_issue(&self, number: u64) -> Result<Issue, ForgeError> {
        let route = format!("issues/{number}");
        let issue: wire::Issue = self.client.get(&self.client.target.route(&route))?;
        if issue.pull_request.is_some() {
            let what = format!("{}/{route}", self.client.target.repository());
            return Err(GitHubError::Missing { what, from: self.client.token_source().clone() }.into());
        }
        Ok(shape::issue(issue))
    }
}
