//! The effects a guest can ask for. The trait is what policy code sees, so that the same code runs against the real
//! host inside WASM and against [`crate::fake::FakeHost`] in a native test.

use crate::EffectError;
use crate::agents::{AgentInfo, Cleaned, SpawnPlan};
use crate::bindings::exomonad::guest::{
    agents, events, forge, fs, git, kv, log, messages, process, session, types, ui, work,
};
use crate::fake::FakeHost;

/// Declares every effect once: the method, the import behind it, its arguments and its reply.
macro_rules! effects {
    ($($method:ident = $ns:ident.$func:ident($($arg:ident: $ty:ty),*) -> $reply:ty;)*) => {
        /// Everything a guest can ask of the host. `wit/exomonad.wit` says what each effect does.
        pub trait Host {
            $(
                #[doc = concat!("The effect `", stringify!($ns), ".", stringify!($func), "`.")]
                ///
                /// # Errors
                /// The host refused or failed; the error's kind says why.
                fn $method(&mut self, $($arg: $ty),*) -> Result<$reply, EffectError>;
            )*
            /// Writes a line to the host's log. `fields` is a JSON object, or empty.
            fn log(&mut self, level: log::Level, message: &str, fields: &str);

            /// Tells whoever waits for this call how far it is.
            fn progress(&mut self, done: f64, total: Option<f64>, message: Option<&str>);
        }

        impl Host for WasmHost {
            $(fn $method(&mut self, $($arg: $ty),*) -> Result<$reply, EffectError> { $ns::$func($($arg),*) })*

            fn log(&mut self, level: log::Level, message: &str, fields: &str) {
                log::write(level, message, fields);
            }

            fn progress(&mut self, done: f64, total: Option<f64>, message: Option<&str>) {
                log::progress(done, total, message);
            }
        }

        impl Host for FakeHost {
            $(fn $method(&mut self, $($arg: $ty),*) -> Result<$reply, EffectError> {
                let arguments: Vec<String> = vec![$(format!("{:?}", $arg)),*];
                // A name that is a keyword of Rust has an underscore after it, which the contract does not know.
                self.answer(concat!(stringify!($ns), ".", stringify!($func)).trim_end_matches('_'), &arguments)
            })*

            fn log(&mut self, level: log::Level, message: &str, _fields: &str) {
                self.note(format!("log.write({level:?}, {message:?})"));
            }

            fn progress(&mut self, done: f64, total: Option<f64>, message: Option<&str>) {
                self.note(format!("log.progress({done:?}, {total:?}, {message:?})"));
            }
        }
    };
}

/// The real host, reached through the component's imports.
#[derive(Debug, Default)]
pub struct WasmHost;

effects! {
    git_branch = git.branch() -> Option<String>;
    git_status = git.status() -> git::TreeStatus;
    git_log = git.log(revision: Option<&str>, limit: u32) -> Vec<git::Commit>;
    git_ahead_behind = git.ahead_behind() -> git::Divergence;
    git_remote_url = git.remote_url(remote: &str) -> Option<String>;
    git_repo_info = git.repo_info() -> git::Repository;
    git_diff_stat = git.diff_stat(base: &str) -> Vec<git::FileStat>;
    git_worktree_info = git.worktree_info() -> git::Worktree;

    forge_find_pull_request = forge.find_pull_request(head: &str) -> Option<forge::PullRequest>;
    forge_get_pull_request = forge.get_pull_request(number: u64) -> forge::PullRequest;
    forge_list_pull_requests = forge.list_pull_requests(state: Option<forge::PullRequestState>) -> Vec<forge::PullRequest>;
    forge_create_or_update = forge.create_or_update(title: &str, body: &str, base: Option<&str>) -> forge::PullRequest;
    forge_diff = forge.diff(number: u64, path: Option<&str>, max_bytes: u32) -> forge::Changes;
    forge_reviews = forge.reviews(number: u64) -> Vec<forge::Review>;
    forge_review_comments = forge.review_comments(number: u64) -> Vec<forge::ReviewComment>;
    forge_submit_review = forge.submit_review(number: u64, state: forge::ReviewState, body: &str, remarks: &[forge::Remark]) -> forge::Review;
    forge_checks = forge.checks(number: u64) -> Vec<forge::Check>;
    forge_merge = forge.merge(number: u64, strategy: forge::MergeStrategy, force: bool) -> forge::MergeResult;
    forge_close = forge.close(number: u64, comment: Option<&str>) -> forge::PullRequest;
    forge_list_issues = forge.list_issues(state: Option<forge::IssueState>) -> Vec<forge::Issue>;
    forge_get_issue = forge.get_issue(number: u64) -> forge::Issue;

    agents_spawn = agents.spawn(plan: &SpawnPlan) -> AgentInfo;
    agents_list = agents.list() -> Vec<AgentInfo>;
    agents_get = agents.get(name: &str) -> AgentInfo;
    agents_stop = agents.stop(name: &str) -> AgentInfo;
    agents_cleanup = agents.cleanup(name: &str, force: bool) -> Cleaned;
    agents_self = agents.self_() -> AgentInfo;

    messages_send = messages.send(to: &str, kind: &str, body: &str, reply_to: Option<&str>, receipt: bool) -> messages::Message;
    messages_inbox = messages.inbox(include_acked: bool, limit: u32) -> Vec<messages::Message>;
    messages_ack = messages.ack(ids: &[String]) -> ();

    work_get = work.get() -> work::Standing;
    work_verified = work.verified(command: &str, failed: bool) -> ();

    events_emit = events.emit(kind: &str, data: &str) -> u64;
    events_list = events.list(kinds: &[String], after_id: u64, limit: u32) -> Vec<types::Event>;
    events_wait = events.wait(kinds: &[String], after_id: u64, timeout_ms: u32) -> Vec<types::Event>;

    session_register = session.register(id: &str, transcript: Option<&str>) -> ();
    session_end = session.end(id: &str) -> ();
    session_lookup = session.lookup(agent: &str) -> Option<session::SessionInfo>;

    fs_read = fs.read(path: &str, offset: u64, max_bytes: u32) -> fs::FileChunk;
    fs_write = fs.write(path: &str, data: &[u8]) -> ();
    fs_append = fs.append(path: &str, data: &[u8]) -> ();
    fs_list = fs.list(path: &str) -> Vec<fs::Entry>;
    fs_exists = fs.exists(path: &str) -> Option<fs::FileKind>;
    fs_delete = fs.delete(path: &str) -> ();
    fs_resolve = fs.resolve(path: &str) -> String;

    kv_get = kv.get(scope: kv::Scope, key: &str) -> Option<String>;
    kv_set = kv.set(scope: kv::Scope, key: &str, value: &str) -> ();
    kv_compare_and_set = kv.compare_and_set(scope: kv::Scope, key: &str, expected: Option<&str>, value: &str) -> bool;
    kv_delete = kv.delete(scope: kv::Scope, key: &str) -> ();
    kv_list = kv.list(scope: kv::Scope, prefix: &str) -> Vec<String>;

    ui_ask = ui.ask(form: &str, timeout_ms: u32) -> ui::Answer;
    ui_notify = ui.notify(text: &str) -> ();

    process_run = process.run(argv: &[String], timeout_ms: u32, output_cap: u32) -> process::Output;
}
