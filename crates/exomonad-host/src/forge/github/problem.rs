//! What an answer of GitHub's says besides its content: what is wrong, what is left of a limit, and where a list goes on.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::client::Reply;
use super::error::GitHubError;
use super::token::TokenSource;

/// How long GitHub is left alone when it says that it was too much, and not for how long.
const REST: Duration = Duration::from_secs(60);

/// How many requests are left over for whoever else uses the same token.
const RESERVE: u64 = 50;

/// The most characters of GitHub's own words that are passed on.
const WORDS: usize = 500;

/// What an answer says of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Limits {
    retry_after: Option<Duration>,
    remaining: Option<u64>,
    /// When the count begins anew, from now.
    reset: Option<Duration>,
    now_ms: u64,
}

impl Limits {
    pub(super) fn of(headers: &HeaderMap, now_ms: u64) -> Self {
        let number = |name: &str| -> Option<u64> { headers.get(name)?.to_str().ok()?.trim().parse().ok() };
        let until = |seconds: u64| Duration::from_millis(seconds.saturating_mul(1000).saturating_sub(now_ms));
        Self {
            retry_after: number("retry-after").map(Duration::from_secs),
            remaining: number("x-ratelimit-remaining"),
            reset: number("x-ratelimit-reset").map(until),
            now_ms,
        }
    }

    /// How long to leave GitHub alone before nothing is left for anybody.
    pub(super) fn rest_soon(&self) -> Option<Duration> {
        self.reset.filter(|_| self.remaining.is_some_and(|left| left < RESERVE))
    }

    /// The error for a status that can mean that it was too much; nothing where it means something else.
    fn exceeded(&self, status: StatusCode) -> Option<GitHubError> {
        let is_used_up = self.remaining == Some(0);
        let rest = match (self.retry_after, self.reset) {
            (Some(rest), _) => rest,
            (None, Some(rest)) if is_used_up => rest,
            (None, _) if status == StatusCode::TOO_MANY_REQUESTS => REST,
            (None, _) => return None,
        };
        let until_ms = self.now_ms.saturating_add(u64::try_from(rest.as_millis()).unwrap_or(u64::MAX));
        Some(GitHubError::Limited { is_secondary: !is_used_up, rest, until_ms })
    }
}

/// What GitHub says of an error.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Words {
    message: Option<String>,
    errors: Value,
}

/// The error that an answer without success is.
pub(super) fn of(
    reply: &Reply,
    limits: &Limits,
    from: &TokenSource,
    repository: &str,
    to: &str,
) -> GitHubError {
    let (status, from) = (reply.status, from.clone());
    if matches!(status, StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS)
        && let Some(limited) = limits.exceeded(status)
    {
        return limited;
    }
    let header = |name: &str| {
        let value = reply.headers.get(name)?.to_str().ok()?.trim();
        Some(value.to_owned()).filter(|value| !value.is_empty())
    };
    match status {
        StatusCode::UNAUTHORIZED => GitHubError::Unauthorized { from },
        StatusCode::FORBIDDEN => GitHubError::Forbidden {
            from,
            repository: repository.to_owned(),
            message: words(reply),
            help: permission_help(
                header("x-accepted-github-permissions").as_deref(),
                header("x-oauth-scopes").as_deref(),
            ),
        },
        StatusCode::NOT_FOUND | StatusCode::GONE => GitHubError::Missing { what: what(to), from },
        _ if status.is_server_error() => GitHubError::Server { status: status.as_u16() },
        _ => GitHubError::Refused { status: status.as_u16(), message: words(reply) },
    }
}

/// What the token lacks, by the headers that tell of its permissions and its scopes.
fn permission_help(needs: Option<&str>, has: Option<&str>) -> String {
    match (needs, has) {
        (Some(needs), _) => format!("give the token the permission {needs}"),
        (None, Some(has)) => {
            format!(
                "the token has the scopes {has}; give it `repo`, or log in again: `gh auth refresh --scopes repo`"
            )
        }
        (None, None) => "docs/github.md lists the permissions that the token needs".to_owned(),
    }
}

/// What was asked for, without its query.
fn what(to: &str) -> String {
    let path = to.split('?').next().unwrap_or(to);
    path.split_once("/repos/").map_or(path, |(_, rest)| rest).to_owned()
}

/// GitHub's own words, those about single fields included, in one line.
fn words(reply: &Reply) -> String {
    let said: Words = serde_json::from_str(&reply.body).unwrap_or_default();
    let mut parts: Vec<_> = said.message.into_iter().collect();
    match &said.errors {
        Value::Array(errors) => parts.extend(errors.iter().map(field_words)),
        Value::String(error) => parts.push(error.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {}
    }
    if parts.is_empty() {
        parts.push(format!("status {}", reply.status.as_u16()));
    }
    let line: String = parts.join("; ").chars().filter(|c| !c.is_control()).take(WORDS).collect();
    line.trim_end_matches('.').to_owned()
}

fn field_words(error: &Value) -> String {
    let text = |key: &str| error.get(key).and_then(Value::as_str);
    match (error.as_str(), text("message"), text("field"), text("code")) {
        (Some(whole), ..) | (None, Some(whole), ..) => whole.to_owned(),
        (None, None, Some(field), Some(code)) => format!("`{field}` is {code}"),
        (None, None, field, code) => field.or(code).unwrap_or("a field is wrong").to_owned(),
    }
}

/// Where a list goes on, from the header `Link`.
pub(super) fn next_page(headers: &HeaderMap) -> Option<String> {
    let links = headers.get(http::header::LINK)?.to_str().ok()?;
    links.split(',').find_map(|link| {
        let (url, parameters) = link.split_once(';')?;
        let is_next = parameters.split(';').any(|parameter| parameter.trim() == "rel=\"next\"");
        let url = url.trim().strip_prefix('<')?.strip_suffix('>')?;
        is_next.then(|| url.to_owned())
    })
}

/// How many bytes follow.
pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(http::header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests;
