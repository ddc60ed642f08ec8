//! What GitHub's API sends, as far as it is used here. A field that may be missing is optional: servers differ.

use serde::Deserialize;

/// Somebody with an account.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct User {
    pub(super) login: String,
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
}

/// One end of a pull request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct End {
    #[serde(rename = "ref")]
    pub(super) branch: String,
    pub(super) sha: String,
    /// Absent where the repository is gone.
    #[serde(default)]
    pub(super) repo: Option<Repo>,
}

/// A repository.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Repo {
    pub(super) full_name: String,
    #[serde(default)]
    pub(super) permissions: Option<Permissions>,
}

/// What the token may do with a repository.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Permissions {
    #[serde(default)]
    pub(super) push: bool,
}

/// A pull request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Pull {
    pub(super) number: u64,
    pub(super) title: String,
    #[serde(default)]
    pub(super) body: Option<String>,
    pub(super) state: String,
    pub(super) html_url: String,
    #[serde(default)]
    pub(super) user: Option<User>,
    pub(super) head: End,
    pub(super) base: End,
    #[serde(default)]
    pub(super) merged_at: Option<String>,
    /// Only a single one says so.
    #[serde(default)]
    pub(super) merged: Option<bool>,
    #[serde(default)]
    pub(super) merge_commit_sha: Option<String>,
    /// Absent while GitHub has not found out; only a single one says so.
    #[serde(default)]
    pub(super) mergeable: Option<bool>,
    pub(super) updated_at: String,
}

/// A review.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Review {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) user: Option<User>,
    #[serde(default)]
    pub(super) body: Option<String>,
    pub(super) state: String,
    /// Absent where the commit is gone.
    #[serde(default)]
    pub(super) commit_id: Option<String>,
    #[serde(default)]
    pub(super) submitted_at: Option<String>,
}

/// A remark about a file.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct FileComment {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) user: Option<User>,
    #[serde(default)]
    pub(super) body: Option<String>,
    pub(super) path: String,
    #[serde(default)]
    pub(super) line: Option<u32>,
    /// Where it was before the file changed.
    #[serde(default)]
    pub(super) original_line: Option<u32>,
    #[serde(default)]
    pub(super) pull_request_review_id: Option<u64>,
    pub(super) created_at: String,
}

/// A comment on the whole of it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Comment {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) user: Option<User>,
    #[serde(default)]
    pub(super) body: Option<String>,
    pub(super) created_at: String,
}

/// A page of runs of checks.
#[derive(Debug, Deserialize)]
pub(super) struct CheckRuns {
    pub(super) check_runs: Vec<CheckRun>,
}

/// A run of a check.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct CheckRun {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) conclusion: Option<String>,
    #[serde(default)]
    pub(super) html_url: Option<String>,
    #[serde(default)]
    pub(super) output: Option<CheckOutput>,
}

/// What a check has to say.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct CheckOutput {
    #[serde(default)]
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) summary: Option<String>,
    #[serde(default)]
    pub(super) text: Option<String>,
}

/// A page of the newest status of each kind.
#[derive(Debug, Deserialize)]
pub(super) struct Statuses {
    pub(super) statuses: Vec<Status>,
}

/// What an older interface than that of checks says of a commit.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Status {
    pub(super) id: u64,
    pub(super) context: String,
    pub(super) state: String,
    #[serde(default)]
    pub(super) target_url: Option<String>,
}

/// A branch.
#[derive(Debug, Deserialize)]
pub(super) struct Branch {
    pub(super) commit: Commit,
}

/// A commit, by its id alone.
#[derive(Debug, Deserialize)]
pub(super) struct Commit {
    pub(super) sha: String,
}

/// What came of a merge.
#[derive(Debug, Deserialize)]
pub(super) struct Merged {
    pub(super) sha: String,
}

/// An issue, or a pull request as one.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Issue {
    pub(super) number: u64,
    pub(super) title: String,
    #[serde(default)]
    pub(super) body: Option<String>,
    pub(super) state: String,
    #[serde(default)]
    pub(super) user: Option<User>,
    #[serde(default)]
    pub(super) labels: Vec<Label>,
    /// Only a pull request has one.
    #[serde(default)]
    pub(super) pull_request: Option<serde::de::IgnoredAny>,
}

/// A label of an issue.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Label {
    pub(super) name: String,
}
