//! A stand-in for GitHub: its REST API, version 3, with pull requests that live in a real bare repository.
//!
//! What it answers follows GitHub where that matters to a client: statuses, messages, the fields that clients read, pages,
//! ETags that cost no part of the rate limit, and what GitHub refuses. Heads and bases are read from git at each request,
//! so that whoever pushes changes the pull requests; merges are made by git.

mod answer;
mod checks;
mod fault;
mod issue;
mod merge;
mod page;
mod people;
mod pull;
mod remark;
mod repository;
mod review;
mod route;
mod server;
mod time;
mod world;

use std::sync::{Arc, MutexGuard};

use camino::{Utf8Path, Utf8PathBuf};

pub use self::checks::Conclusion;
pub use self::fault::Fault;
pub use self::people::Person;
use self::repository::Bare;
pub use self::server::Asked;
use self::server::{Server, Shared};
use self::world::World;
use crate::project::Project;

/// The repository that it has.
const REPOSITORY: &str = "acme/api";

/// The account that the agents share, and its token.
const LOGIN: &str = "acme-agents";
const TOKEN: &str = "ghp_standInForTheAgentsToken0000000000000";

/// A running stand-in; it stops when dropped.
#[derive(Debug)]
pub struct GitHub {
    shared: Arc<Shared>,
    server: Server,
    bare: Utf8PathBuf,
}

impl GitHub {
    /// Puts a project's `main` on it, and makes it the project's remote `origin`, by the URL that GitHub would have.
    #[must_use]
    pub fn start(project: &Project) -> Self {
        let bare = project.temp().join("github.git");
        project.git(["init", "--quiet", "--bare", "--initial-branch=main", bare.as_str()]);
        project.git(["remote", "add", "origin", &Self::remote_url()]);
        project.git(["config", &format!("url.{bare}.insteadOf"), &Self::remote_url()]);
        project.git(["push", "--quiet", "origin", "main"]);
        Self::of(&bare)
    }

    /// Serves a bare repository.
    #[must_use]
    pub fn of(bare: &Utf8Path) -> Self {
        let mut world = World::new(Bare::new(bare), REPOSITORY);
        world.add_account(LOGIN, Some(TOKEN), "User");
        let shared = Arc::new(Shared::new(world));
        let server = Server::start(&shared);
        Self { shared, server, bare: bare.to_owned() }
    }

    /// The root of its API, such as `http://127.0.0.1:4321`. GitHub Enterprise's, with `/api/v3` behind it, does as well.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The token of the account that the agents share.
    #[must_use]
    pub fn token(&self) -> &'static str {
        TOKEN
    }

    /// The name of that account.
    #[must_use]
    pub fn login(&self) -> &'static str {
        LOGIN
    }

    /// The repository's name, with its owner's.
    #[must_use]
    pub fn repository(&self) -> &'static str {
        REPOSITORY
    }

    /// The URL of the repository as a remote.
    #[must_use]
    pub fn remote_url() -> String {
        format!("https://github.com/{REPOSITORY}.git")
    }

    /// The bare repository behind it.
    #[must_use]
    pub fn bare(&self) -> &Utf8Path {
        &self.bare
    }

    /// Someone who uses the web pages.
    #[must_use]
    pub fn person(&self, login: &str) -> Person<'_> {
        self.world().add_account(login, None, "User");
        Person::new(self, login)
    }

    /// An app that acts by itself.
    #[must_use]
    pub fn bot(&self, login: &str) -> Person<'_> {
        self.world().add_account(login, None, "Bot");
        Person::new(self, login)
    }

    /// A further token, of that account.
    pub fn add_token(&self, token: &str, login: &str) {
        self.world().add_account(login, Some(token), "User");
    }

    /// Gives the repository another name. Requests for the old one are redirected.
    pub fn rename(&self, repository: &str) {
        self.world().rename(repository);
    }

    /// A pull request is mergeable or not only from the second look on, as on GitHub: the first one starts finding out.
    pub fn find_out_mergeability_late(&self) {
        self.world().late = true;
    }

    /// The ways to merge that the repository's settings allow: `merge`, `squash`, `rebase`.
    pub fn allow_merges_by(&self, methods: &[&str]) {
        self.world().methods = methods.iter().map(|&method| method.to_owned()).collect();
    }

    /// Leaves that many requests until the limit is reached. It is lifted by a greater number.
    pub fn leave_requests(&self, remaining: u64) {
        self.world().remaining = remaining;
    }

    /// How many requests counted against the limit.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.world().spent
    }

    /// What goes wrong with the next requests. Each fault is used once, in this order.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.shared.faults().extend(faults);
    }

    /// Lets every request that hangs go on.
    pub fn release(&self) {
        self.shared.release();
    }

    /// Every request so far, in the order of arrival.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.asked().clone()
    }

    /// Forgets what was asked until now.
    pub fn forget_asked(&self) {
        self.shared.asked().clear();
    }

    /// The number of the open pull request of a branch.
    #[must_use]
    pub fn open_pull(&self, head: &str) -> Option<u64> {
        let mut world = self.world();
        world.follow();
        world.pulls.values().find(|pull| pull.open && pull.head == head).map(|pull| pull.number)
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.shared.world()
    }
}

#[cfg(test)]
mod tests;
