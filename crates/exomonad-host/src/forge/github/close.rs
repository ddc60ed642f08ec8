//! Closes pull requests without a merge.

use http::Method;
use serde_json::json;

use super::read::Found;
use super::{GitHub, wire};
use crate::contract::forge::PullRequest;
use crate::forge::ForgeError;
use crate::forge::guard::{Subject, may_close};
use crate::forge::local::review::require_text;
use crate::store::{ActOn, Sender};

impl GitHub {
    /// Closes an open one, and says why first.
    pub(super) fn shut(
        &self,
        number: u64,
        by: Sender<'_>,
        comment: Option<&str>,
    ) -> Result<PullRequest, ForgeError> {
        let found = self.require_open(number)?;
        let (author, pull) = (found.author(), &found.pull);
        let subject = Subject { number, author: &author, base: &pull.base.branch, head_sha: &pull.head.sha };
        may_close(&self.site, by, subject)?;
        let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
        require_text("a comment", comment.unwrap_or_default())?;
        let said = comment.map(|comment| words(by, comment)).unwrap_or_default();
        let act = self.begin(by, ActOn::Pull(number), &said)?;
        let closed = self.close_there(number, &said);
        let (pull, comment) = self.ended(&act, closed)?;
        let now = self.site.clock.now_ms();
        self.site.store.record_remote_close(&act, number, comment.as_deref(), now)?;
        Ok(Found { pull, agent: found.agent }.shown())
    }

    fn close_there(&self, number: u64, said: &str) -> Result<(wire::Pull, Option<String>), ForgeError> {
        let target = &self.client.target;
        let comment = if said.is_empty() {
            None
        } else {
            let route = target.route(&format!("issues/{number}/comments"));
            let made: wire::Comment = self.client.send(Method::POST, &route, &json!({ "body": said }))?;
            Some(super::shape::comment(made).id)
        };
        let route = target.route(&format!("pulls/{number}"));
        let pull = self.client.send(Method::PATCH, &route, &json!({ "state": "closed" }))?;
        Ok((pull, comment))
    }
}

/// What is said on GitHub, where the account does not tell which agent says it.
fn words(by: Sender<'_>, comment: &str) -> String {
    match by {
        Sender::Agent(name) => format!("Agent `{name}` closes this.\n\n{comment}"),
        Sender::Human | Sender::Host => comment.to_owned(),
    }
}
