//! Looks at pull requests again and again, at the cost of what changed.

use std::collections::{BTreeMap, HashMap};

use super::client::Client;
use super::error::GitHubError;
use super::target::encoded;
use super::{facts, shape, wire};
use crate::forge::ForgeError;
use crate::forge::facts::{CheckFact, Interest, Looked, PullFacts, Watched};

/// GitHub, watched.
#[derive(Debug)]
pub(super) struct Watch {
    client: Client,
}

impl Watch {
    pub(super) fn new(client: Client) -> Self {
        Self { client: client.remembering() }
    }

    /// The pull requests that are of interest, by number.
    fn of_interest(&self, interest: &Interest) -> Result<BTreeMap<u64, wire::Pull>, GitHubError> {
        let client = &self.client;
        let mut numbers = interest.numbers.clone();
        if !interest.heads.is_empty() {
            let own = client.target.repository();
            let open: Vec<wire::Pull> = client.list(&client.target.route("pulls?state=open&per_page=100"))?;
            let is_ours =
                |pull: &&wire::Pull| is_in(&pull.head, &own) && interest.heads.contains(&pull.head.branch);
            numbers.extend(open.iter().filter(is_ours).map(|pull| pull.number));
        }
        let mut pulls = BTreeMap::new();
        for number in numbers {
            // A list does not say whether a pull request can be merged.
            if !pulls.contains_key(&number)
                && let Some(pull) = facts::pull(client, number)?
            {
                pulls.insert(number, pull);
            }
        }
        Ok(pulls)
    }

    fn facts(
        &self,
        pull: wire::Pull,
        bases: &mut HashMap<String, Option<String>>,
    ) -> Result<PullFacts, GitHubError> {
        let client = &self.client;
        let number = pull.number;
        let base = pull.base.branch.clone();
        let base_sha = match bases.get(&base) {
            Some(known) => known.clone(),
            None => {
                let found = facts::branch(client, &base)?;
                bases.insert(base.clone(), found.clone());
                found
            }
        };
        let mut comments = facts::comments(client, number)?;
        comments.extend(facts::file_comments(client, number)?);
        comments.sort_by_key(|comment| comment.time_ms);
        Ok(PullFacts {
            number,
            state: shape::pull_state(&pull),
            merge_sha: shape::merge_sha(&pull),
            conflicted: pull.mergeable.map(|is_mergeable| !is_mergeable),
            reviews: facts::reviews(client, number)?,
            comments,
            checks: facts::checks(client, &pull.head.sha)?,
            title: pull.title,
            url: pull.html_url,
            head: pull.head.branch,
            head_sha: pull.head.sha,
            base,
            base_sha: base_sha.unwrap_or(pull.base.sha),
        })
    }

    /// What the job of GitHub Actions printed that has the number of this run; nothing where it is another's, or gone.
    fn job_log(&self, run: &str) -> Result<Option<String>, GitHubError> {
        let client = &self.client;
        let route = client.target.route(&format!("actions/jobs/{}/logs", encoded(run)));
        match client.text(&route, "application/vnd.github+json") {
            Ok(log) => Ok(Some(log).filter(|log| !log.trim().is_empty())),
            Err(
                GitHubError::Missing { .. } | GitHubError::Forbidden { .. } | GitHubError::Refused { .. },
            ) => Ok(None),
            Err(err) => Err(err),
        }
    }

    /// What a check says of itself.
    fn output(&self, run: &str) -> Result<Option<String>, GitHubError> {
        let client = &self.client;
        let found: Option<wire::CheckRun> =
            client.find(&client.target.route(&format!("check-runs/{}", encoded(run))))?;
        let Some(output) = found.and_then(|run| run.output) else { return Ok(None) };
        let parts = [output.title, output.summary, output.text].into_iter().flatten();
        let parts: Vec<_> = parts.filter(|part| !part.trim().is_empty()).collect();
        Ok(Some(parts.join("\n\n")).filter(|text| !text.is_empty()))
    }
}

impl Watched for Watch {
    fn repository(&self) -> String {
        self.client.target.key()
    }

    fn look(&mut self, interest: &Interest) -> Result<Looked, ForgeError> {
        self.client.forget_rest();
        let mut bases = HashMap::new();
        let found = self.of_interest(interest)?;
        let pulls = found.into_values().map(|pull| self.facts(pull, &mut bases));
        let pulls = pulls.collect::<Result<Vec<_>, _>>()?;
        Ok(Looked { pulls, rest: self.client.rest() })
    }

    fn failure_log(&mut self, check: &CheckFact, max_bytes: usize) -> Result<Option<String>, ForgeError> {
        let Some(run) = check.id.strip_prefix("run:") else { return Ok(None) };
        let text = match self.job_log(run)? {
            Some(log) => Some(log),
            None => self.output(run)?,
        };
        Ok(text.map(|text| tail(&text, max_bytes)))
    }
}

/// Whether an end of a pull request is in a repository, rather than in a fork of it.
pub(super) fn is_in(end: &wire::End, repository: &str) -> bool {
    end.repo.as_ref().is_some_and(|repo| repo.full_name.eq_ignore_ascii_case(repository))
}

/// The last whole lines of a text that have at most so many bytes; of one line that is longer, its end.
fn tail(text: &str, max_bytes: usize) -> String {
    let text = text.trim_end();
    let from = text.ceil_char_boundary(text.len().saturating_sub(max_bytes));
    let end = text.get(from..).unwrap_or_default();
    let is_cut = from > 0 && !text.get(..from).is_some_and(|before| before.ends_with('\n'));
    match end.split_once('\n').filter(|_| is_cut) {
        Some((_, whole)) => whole.to_owned(),
        None => end.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::tail;

    #[test]
    fn the_tail_of_a_log_has_whole_lines_and_no_broken_character() {
        let check =
            |text: &str, max: usize, expect: &str| assert_eq!(tail(text, max), expect, "{text:?} {max}");
        check("one\ntwo\nthree\n", 100, "one\ntwo\nthree");
        check("one\ntwo\nthree\n", 9, "two\nthree");
        check("one\ntwo\nthree\n", 8, "three");
        check("äöü", 3, "ü");
        check("", 5, "");
    }
}
