//! Check runs, commit statuses, and the logs of jobs.

use serde_json::{Value, json};

use super::answer::Answer;
use super::page::{page, page_in};
use super::route::Call;
use super::time::{now, written};
use super::world::World;

/// How far a check is, and how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    /// It waits for a machine.
    Queued,
    /// It runs.
    Running,
    /// It passed.
    Success,
    /// It failed.
    Failure,
    /// It was ended by somebody.
    Cancelled,
    /// It took too long.
    TimedOut,
    /// It was not needed.
    Skipped,
    /// It has no opinion.
    Neutral,
}

impl Conclusion {
    fn words(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Queued => ("queued", None),
            Self::Running => ("in_progress", None),
            Self::Success => ("completed", Some("success")),
            Self::Failure => ("completed", Some("failure")),
            Self::Cancelled => ("completed", Some("cancelled")),
            Self::TimedOut => ("completed", Some("timed_out")),
            Self::Skipped => ("completed", Some("skipped")),
            Self::Neutral => ("completed", Some("neutral")),
        }
    }
}

/// One run of a check.
#[derive(Debug, Clone)]
pub(super) struct CheckRun {
    pub(super) id: u64,
    pub(super) sha: String,
    pub(super) name: String,
    pub(super) conclusion: Conclusion,
    /// What it says of itself; jobs of Actions say nothing and have a log.
    pub(super) summary: Option<String>,
    pub(super) time: u64,
}

/// A commit status, as older services set it.
#[derive(Debug, Clone)]
pub(super) struct Status {
    pub(super) id: u64,
    pub(super) sha: String,
    pub(super) context: String,
    /// `error`, `failure`, `pending` or `success`.
    pub(super) state: String,
    pub(super) time: u64,
}

impl World {
    fn check(&self, run: &CheckRun) -> Value {
        let (status, conclusion) = run.conclusion.words();
        let id = run.id;
        let job = self.page(&format!("/actions/runs/9{id}/job/{id}"));
        let slug = if run.summary.is_some() { "a-checking-app" } else { "github-actions" };
        json!({
            "id": id, "node_id": format!("CR_{id}"), "head_sha": run.sha, "name": run.name, "external_id": "",
            "status": status, "conclusion": conclusion,
            "started_at": written(run.time), "completed_at": conclusion.map(|_| written(run.time)),
            "url": self.api(&format!("/check-runs/{id}")), "html_url": job, "details_url": job,
            "output": {
                "title": run.summary.as_ref().map(|_| run.name.clone()), "summary": run.summary, "text": null,
                "annotations_count": 0, "annotations_url": self.api(&format!("/check-runs/{id}/annotations")),
            },
            "check_suite": {"id": 300_000 + id},
            "app": {"id": 15_368, "slug": slug, "name": slug},
            "pull_requests": [],
        })
    }

    fn status(&self, status: &Status) -> Value {
        json!({
            "id": status.id, "node_id": format!("SC_{}", status.id), "state": status.state, "context": status.context,
            "description": null, "target_url": format!("https://ci.example.invalid/{}", status.id),
            "url": self.api(&format!("/statuses/{}", status.sha)),
            "created_at": written(status.time), "updated_at": written(status.time),
        })
    }
}

/// `GET /commits/{ref}/check-runs`: the latest of each name, unless all are asked for.
pub(super) fn list(world: &World, call: &Call<'_>, revision: &str) -> Answer {
    let Some(sha) = world.bare.commit(revision) else { return no_commit(revision) };
    let all = call.query("filter") == Some("all");
    let own: Vec<&CheckRun> = world.checks.iter().filter(|run| run.sha == sha).collect();
    let is_latest = |run: &CheckRun| !own.iter().any(|other| other.name == run.name && other.id > run.id);
    let wanted = |run: &&CheckRun| call.query("check_name").is_none_or(|name| name == run.name);
    let shown = own.iter().copied().filter(|run| all || is_latest(run)).filter(wanted);
    let shown: Vec<Value> = shown.map(|run| world.check(run)).collect();
    page_in(call, "check_runs", &shown, json!({}))
}

/// `GET /check-runs/{id}`
pub(super) fn get(world: &World, id: u64) -> Answer {
    let found = world.checks.iter().find(|run| run.id == id);
    found.map_or_else(Answer::not_found, |run| Answer::ok(&world.check(run)))
}

/// `GET /commits/{ref}/status`: the latest of each context.
pub(super) fn combined(world: &World, call: &Call<'_>, revision: &str) -> Answer {
    let Some(sha) = world.bare.commit(revision) else { return no_commit(revision) };
    let own: Vec<&Status> = world.statuses.iter().filter(|status| status.sha == sha).collect();
    let is_latest =
        |status: &&Status| !own.iter().any(|other| other.context == status.context && other.id > status.id);
    let latest: Vec<&Status> = own.iter().copied().filter(is_latest).collect();
    let any = |states: &[&str]| latest.iter().any(|status| states.contains(&status.state.as_str()));
    let state = match () {
        () if any(&["error", "failure"]) => "failure",
        () if latest.is_empty() || any(&["pending"]) => "pending",
        () => "success",
    };
    let shown: Vec<Value> = latest.iter().map(|status| world.status(status)).collect();
    let url = world.api(&format!("/commits/{sha}/status"));
    let body = json!({"state": state, "sha": sha, "repository": world.shown(), "url": url});
    page_in(call, "statuses", &shown, body)
}

/// `GET /commits/{ref}/statuses`
pub(super) fn statuses(world: &World, call: &Call<'_>, revision: &str) -> Answer {
    let Some(sha) = world.bare.commit(revision) else { return no_commit(revision) };
    let own = world.statuses.iter().rev().filter(|status| status.sha == sha);
    page(call, &own.map(|status| world.status(status)).collect::<Vec<_>>())
}

/// `POST /statuses/{sha}`
pub(super) fn set_status(world: &mut World, call: &Call<'_>, sha: &str) -> Answer {
    let Some(sha) = world.bare.commit(sha) else { return no_commit(sha) };
    let state = call.text("state").unwrap_or_default();
    if !["error", "failure", "pending", "success"].contains(&state) {
        return Answer::invalid("Status", "state", "invalid");
    }
    let status = Status {
        id: world.next_id(),
        sha,
        context: call.text("context").unwrap_or("default").to_owned(),
        state: state.to_owned(),
        time: now(),
    };
    let shown = world.status(&status);
    world.statuses.push(status);
    Answer::json(201, &shown)
}

/// `GET /actions/jobs/{id}/logs`: they are elsewhere, for a minute.
pub(super) fn log(world: &World, id: u64) -> Answer {
    if !world.logs.contains_key(&id) {
        return Answer::not_found();
    }
    Answer::empty(302).with("location", format!("{}/logs/{id}?signature=once", world.log_url))
}

fn no_commit(revision: &str) -> Answer {
    Answer::refusal(422, &format!("No commit found for SHA: {revision}"))
}
