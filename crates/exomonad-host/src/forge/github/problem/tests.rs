//! What is read from the headers and bodies of answers that are no success.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::{Limits, next_page, of};
use crate::forge::github::client::Reply;
use crate::forge::github::token::TokenSource;
use crate::forge::{ForgeError, GitHubError};

const NOW_MS: u64 = 1_790_000_000_000;

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&str, &str)| {
        (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
    };
    pairs.iter().map(pair).collect()
}

fn problem(status: u16, given: &[(&str, &str)], body: &str) -> ForgeError {
    let headers = headers(given);
    let limits = Limits::of(&headers, NOW_MS);
    let reply = Reply { status: StatusCode::from_u16(status).unwrap(), headers, body: body.to_owned() };
    let from = TokenSource::Variable("GITHUB_TOKEN");
    of(&reply, &limits, &from, "o/n", "/repos/o/n/pulls/7?x=1").into()
}

fn check(status: u16, given: &[(&str, &str)], body: &str, expect: &str, hint: &str) {
    let err = problem(status, given, body);
    assert_eq!(err.to_string(), expect);
    assert_eq!(err.hint().unwrap_or_default(), hint);
}

#[test]
fn an_error_says_what_to_do_next() {
    check(
        401,
        &[],
        r#"{"message":"Bad credentials"}"#,
        "GitHub does not accept the token from `GITHUB_TOKEN`",
        "it is revoked or expired: make a new one and put it into `GITHUB_TOKEN`",
    );
    check(
        403,
        &[("x-accepted-github-permissions", "pull_requests=write")],
        r#"{"message":"Resource not accessible by personal access token"}"#,
        "the token from `GITHUB_TOKEN` may not do this in `o/n`: Resource not accessible by personal access token",
        "give the token the permission pull_requests=write",
    );
    check(
        403,
        &[("x-oauth-scopes", "read:org"), ("x-ratelimit-remaining", "100")],
        "{}",
        "the token from `GITHUB_TOKEN` may not do this in `o/n`: status 403",
        "the token has the scopes read:org; give it `repo`, or log in again: `gh auth refresh --scopes repo`",
    );
    check(
        404,
        &[],
        r#"{"message":"Not Found"}"#,
        "GitHub has no `o/n/pulls/7` that the token from `GITHUB_TOKEN` could see",
        "look at its name, and give the token access to the repository: docs/github.md lists what it needs",
    );
    check(
        422,
        &[],
        r#"{"message":"Validation Failed","errors":[{"resource":"PullRequest","field":"head","code":"invalid"},{"message":"No commits between a and b"},"odd"]}"#,
        "GitHub refused: Validation Failed; `head` is invalid; No commits between a and b; odd",
        "",
    );
    check(
        503,
        &[],
        "<html>",
        "GitHub failed with status 503",
        "try again; https://www.githubstatus.com says how GitHub is",
    );
}

#[test]
fn a_limit_says_when_it_ends() {
    let used_up = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1790000060")];
    check(
        403,
        &used_up,
        "{}",
        "GitHub answers no more for now: the token's requests of this hour are used up",
        "it answers again at 2026-09-21T14:14:20Z",
    );
    check(
        429,
        &[("retry-after", "5")],
        "{}",
        "GitHub answers no more for now: too much was asked at once",
        "it answers again at 2026-09-21T14:13:25Z",
    );
    assert_eq!(problem(403, &[("retry-after", "7")], "{}").rest(), Some(Duration::from_secs(7)));
    assert_eq!(problem(429, &[], "{}").rest(), Some(Duration::from_secs(60)));
    assert_eq!(problem(403, &used_up, "{}").rest(), Some(Duration::from_secs(60)));
    assert_eq!(problem(403, &[], "{}").rest(), None, "it is not allowed");
}

#[test]
fn only_what_may_pass_is_tried_again() {
    let (pause, most) = (Duration::from_secs(1), Duration::from_secs(10));
    let check = |status: u16, given: &[(&str, &str)], expect: Option<u64>| {
        let ForgeError::GitHub(err) = problem(status, given, "{}") else { panic!("{status}") };
        assert_eq!(err.retry_after(pause, most), expect.map(Duration::from_secs), "{status} {given:?}");
    };
    check(500, &[], Some(1));
    check(502, &[], Some(1));
    check(429, &[("retry-after", "3")], Some(3));
    check(429, &[("retry-after", "60")], None);
    for status in [401, 403, 404, 405, 409, 422] {
        check(status, &[], None);
    }
}

#[test]
fn what_is_left_for_others_is_left_alone() {
    let rest = |left: &str| {
        let given = headers(&[("x-ratelimit-remaining", left), ("x-ratelimit-reset", "1790000060")]);
        Limits::of(&given, NOW_MS).rest_soon()
    };
    assert_eq!(rest("4000"), None);
    assert_eq!(rest("49"), Some(Duration::from_secs(60)));
}

#[test]
fn a_list_goes_on_where_its_link_says() {
    let check = |link: &str, expect: Option<&str>| {
        assert_eq!(next_page(&headers(&[("link", link)])).as_deref(), expect, "{link}");
    };
    check(
        r#"<https://a/x?page=2>; rel="next", <https://a/x?page=9>; rel="last""#,
        Some("https://a/x?page=2"),
    );
    check(
        r#"<https://a/x?page=1>; rel="prev", <https://a/x?page=3>; rel="next""#,
        Some("https://a/x?page=3"),
    );
    check(r#"<https://a/x?page=1>; rel="prev""#, None);
    check("nonsense", None);
    assert_eq!(next_page(&HeaderMap::new()), None);
}

#[test]
fn an_error_is_one_line_without_control_characters() {
    let err = problem(422, &[], r#"{"message":"a\u001b[31mb\nc"}"#);
    assert_eq!(err.to_string(), "GitHub refused: a[31mbc");
    let ForgeError::GitHub(err) = err else { panic!("{err}") };
    assert!(matches!(*err, GitHubError::Refused { status: 422, .. }));
}
