//! Everything that the stand-in keeps beside the bare repository.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::checks::{CheckRun, Status};
use super::issue::{Comment, Issue};
use super::pull::Pull;
use super::remark::Remark;
use super::repository::Bare;
use super::review::Review;

/// How many requests an hour has.
pub(super) const LIMIT: u64 = 5_000;

/// What it keeps.
#[derive(Debug)]
pub(super) struct World {
    pub(super) bare: Bare,
    /// With its owner's name.
    pub(super) repository: String,
    former: Vec<String>,
    accounts: BTreeMap<String, &'static str>,
    tokens: BTreeMap<String, String>,
    pub(super) pulls: BTreeMap<u64, Pull>,
    pub(super) issues: BTreeMap<u64, Issue>,
    pub(super) reviews: Vec<Review>,
    pub(super) remarks: Vec<Remark>,
    pub(super) comments: Vec<Comment>,
    pub(super) checks: Vec<CheckRun>,
    pub(super) statuses: Vec<Status>,
    /// What jobs printed, by their number.
    pub(super) logs: BTreeMap<u64, String>,
    pub(super) methods: Vec<String>,
    /// Whether something can be merged is found out only after the first look.
    pub(super) late: bool,
    pub(super) remaining: u64,
    pub(super) spent: u64,
    /// Where logs are, and where the API is.
    pub(super) log_url: String,
    pub(super) url: String,
    last_id: u64,
    last_number: u64,
}

impl World {
    pub(super) fn new(bare: Bare, repository: &str) -> Self {
        Self {
            bare,
            repository: repository.to_owned(),
            former: Vec::new(),
            accounts: BTreeMap::new(),
            tokens: BTreeMap::new(),
            pulls: BTreeMap::new(),
            issues: BTreeMap::new(),
            reviews: Vec::new(),
            remarks: Vec::new(),
            comments: Vec::new(),
            checks: Vec::new(),
            statuses: Vec::new(),
            logs: BTreeMap::new(),
            methods: ["merge", "squash", "rebase"].map(str::to_owned).into(),
            late: false,
            remaining: LIMIT,
            spent: 0,
            log_url: String::new(),
            url: String::new(),
            last_id: 1_000,
            last_number: 0,
        }
    }

    pub(super) fn add_account(&mut self, login: &str, token: Option<&str>, kind: &'static str) {
        self.accounts.entry(login.to_owned()).or_insert(kind);
        if let Some(token) = token {
            self.tokens.insert(token.to_owned(), login.to_owned());
        }
    }

    /// Whose token it is.
    pub(super) fn owner_of(&self, token: &str) -> Option<String> {
        self.tokens.get(token).cloned()
    }

    pub(super) fn rename(&mut self, repository: &str) {
        self.former.push(std::mem::replace(&mut self.repository, repository.to_owned()));
    }

    /// Whether the repository had that name.
    pub(super) fn was_called(&self, repository: &str) -> bool {
        self.former.iter().any(|former| former == repository)
    }

    /// An id that nothing else has.
    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// A number; issues and pull requests share them.
    pub(super) fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// Who owns the repository.
    pub(super) fn owner(&self) -> &str {
        self.repository.split_once('/').map_or("", |(owner, _)| owner)
    }

    /// The address of something of the repository in the API.
    pub(super) fn api(&self, path: &str) -> String {
        format!("{}/repos/{}{path}", self.url, self.repository)
    }

    /// The address of a page of the repository.
    pub(super) fn page(&self, path: &str) -> String {
        format!("https://github.com/{}{path}", self.repository)
    }

    /// An account, as the API tells of it.
    pub(super) fn user(&self, login: &str) -> Value {
        let kind = self.accounts.get(login).copied().unwrap_or("User");
        let id = self.accounts.keys().position(|known| known == login).map_or(0, |place| place + 1);
        json!({
            "login": if kind == "Bot" { format!("{login}[bot]") } else { login.to_owned() },
            "id": id,
            "node_id": format!("U_{id}"),
            "type": kind,
            "site_admin": false,
            "url": format!("{}/users/{login}", self.url),
            "html_url": format!("https://github.com/{login}"),
        })
    }

    /// The repository, as the API tells of it.
    pub(super) fn shown(&self) -> Value {
        let name = self.repository.split_once('/').map_or("", |(_, name)| name);
        json!({
            "id": 1, "node_id": "R_1", "name": name, "full_name": self.repository,
            "owner": self.user(self.owner()),
            "private": true, "fork": false, "archived": false, "default_branch": "main", "has_issues": true,
            "html_url": self.page(""), "url": self.api(""), "clone_url": self.page(".git"),
            "allow_merge_commit": self.methods.iter().any(|own| own == "merge"),
            "allow_squash_merge": self.methods.iter().any(|own| own == "squash"),
            "allow_rebase_merge": self.methods.iter().any(|own| own == "rebase"),
            "permissions": {"admin": false, "maintain": false, "push": true, "triage": true, "pull": true},
        })
    }

    /// Brings what is known of pull requests up to what was pushed.
    pub(super) fn follow(&mut self) {
        let branches = self.bare.branches();
        for pull in self.pulls.values_mut().filter(|pull| pull.open) {
            pull.follow(&self.bare, &branches);
        }
    }
}
