//! Which request is answered by what.

use serde_json::{Value, json};

use super::answer::Answer;
use super::world::World;
use super::{checks, issue, merge, pull, remark, review};

/// A request that is understood.
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    /// The path below the API's root, in parts.
    pub(super) path: &'a [String],
    pub(super) query: &'a [(String, String)],
    /// Absent: null.
    pub(super) body: &'a Value,
    pub(super) accept: &'a str,
    /// Who asks.
    pub(super) login: &'a str,
    /// The address of the list without a query.
    pub(super) url: &'a str,
}

impl Call<'_> {
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A field of the body that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// Whether another form than JSON is asked for.
    pub(super) fn accepts(&self, form: &str) -> bool {
        self.accept
            .split(',')
            .any(|one| one.trim().starts_with("application/vnd.github") && one.trim().ends_with(form))
    }

    /// The address of another page of the same list.
    pub(super) fn url_of_page(&self, page: usize) -> String {
        let others = self.query.iter().filter(|(name, _)| name != "page");
        let page = ("page".to_owned(), page.to_string());
        let query: Vec<String> =
            others.chain([&page]).map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        format!("{}?{}", self.url, query.join("&"))
    }
}

/// Answers a request that may be made.
pub(super) fn answer(world: &mut World, call: &Call<'_>) -> Answer {
    let parts: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match (call.method, parts.as_slice()) {
        ("GET", ["user"]) => Answer::ok(&world.user(call.login)),
        ("GET", ["rate_limit"]) => {
            Answer::ok(&json!({"resources": {"core": {"remaining": world.remaining}}}))
        }
        (_, ["repos", owner, name, rest @ ..]) => {
            let asked = format!("{owner}/{name}");
            if asked == world.repository {
                return of_repository(world, call, rest);
            }
            if world.was_called(&asked) {
                let rest: String = rest.iter().map(|part| format!("/{}", encoded(part))).collect();
                return moved(world, call, &rest);
            }
            Answer::not_found()
        }
        (_, ["repositories", "1", rest @ ..]) => of_repository(world, call, rest),
        _ => Answer::not_found(),
    }
}

/// The repository has another name now.
fn moved(world: &World, call: &Call<'_>, rest: &str) -> Answer {
    let query: Vec<String> =
        call.query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let location = format!("{}/repositories/1{rest}{query}", world.url);
    let status = if call.method == "GET" { 301 } else { 307 };
    Answer::json(status, &json!({"message": "Moved Permanently", "url": location})).with("location", location)
}

fn of_repository(world: &mut World, call: &Call<'_>, parts: &[&str]) -> Answer {
    world.follow();
    match (call.method, parts) {
        ("GET", []) => Answer::ok(&world.shown()),
        ("GET", ["branches", name @ ..]) if !name.is_empty() => branch(world, &name.join("/")),
        ("GET", ["git", "ref", "heads", name @ ..]) => reference(world, &name.join("/")),
        ("DELETE", ["git", "refs", "heads", name @ ..]) => remove_branch(world, &name.join("/")),
        ("GET", ["pulls"]) => pull::list(world, call),
        ("POST", ["pulls"]) => pull::create(world, call),
        (_, ["pulls", number, rest @ ..]) => match number.parse() {
            Ok(number) => of_pull(world, call, number, rest),
            Err(_not_a_number) => Answer::not_found(),
        },
        ("GET", ["issues"]) => issue::list(world, call),
        (method, ["issues", number, rest @ ..]) => match (method, number.parse(), rest) {
            ("GET", Ok(number), []) => issue::get(world, number),
            ("GET", Ok(number), ["comments"]) => issue::comments(world, call, number),
            ("POST", Ok(number), ["comments"]) => issue::add_comment(world, call, number),
            (_, _, _) => Answer::not_found(),
        },
        ("GET", ["commits", name @ .., "check-runs"]) => checks::list(world, call, &name.join("/")),
        ("GET", ["commits", name @ .., "status"]) => checks::combined(world, call, &name.join("/")),
        ("GET", ["commits", name @ .., "statuses"]) => checks::statuses(world, call, &name.join("/")),
        ("POST", ["statuses", sha]) => checks::set_status(world, call, sha),
        ("GET", ["check-runs", id]) => checks::get(world, id.parse().unwrap_or_default()),
        ("GET", ["actions", "jobs", id, "logs"]) => checks::log(world, id.parse().unwrap_or_default()),
        _ => Answer::not_found(),
    }
}

fn of_pull(world: &mut World, call: &Call<'_>, number: u64, parts: &[&str]) -> Answer {
    let id = |text: &str| text.parse().unwrap_or_default();
    match (call.method, parts) {
        ("GET", []) => pull::get(world, call, number),
        ("PATCH", []) => pull::update(world, call, number),
        ("GET", ["files"]) => pull::files(world, call, number),
        ("GET", ["commits"]) => pull::commits(world, call, number),
        ("GET", ["merge"]) => merge::is_merged(world, number),
        ("PUT", ["merge"]) => merge::merge(world, call, number),
        ("GET", ["reviews"]) => review::list(world, call, number),
        ("POST", ["reviews"]) => review::submit(world, call, number),
        ("GET", ["reviews", review]) => review::get(world, number, id(review)),
        ("GET", ["reviews", review, "comments"]) => remark::list(world, call, number, Some(id(review))),
        ("PUT", ["reviews", review, "dismissals"]) => review::dismiss(world, number, id(review)),
        ("GET", ["comments"]) => remark::list(world, call, number, None),
        ("POST", ["comments"]) => remark::create(world, call, number),
        _ => Answer::not_found(),
    }
}

fn branch(world: &World, name: &str) -> Answer {
    match world.bare.branches().get(name) {
        Some(sha) => Answer::ok(&json!({"name": name, "commit": {"sha": sha}, "protected": false})),
        None => Answer::refusal(404, "Branch not found"),
    }
}

fn reference(world: &World, name: &str) -> Answer {
    match world.bare.branches().get(name) {
        Some(sha) => Answer::ok(
            &json!({"ref": format!("refs/heads/{name}"), "object": {"type": "commit", "sha": sha}}),
        ),
        None => Answer::not_found(),
    }
}

fn remove_branch(world: &mut World, name: &str) -> Answer {
    if !world.bare.branches().contains_key(name) {
        return Answer::unprocessable("Reference does not exist", &json!([]));
    }
    world.bare.remove_branch(name);
    Answer::empty(204)
}

/// A text as a part of a URL.
pub(super) fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// The text of a part of a URL.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let pair = || Some((char::from(rest.clone().next()?), char::from(rest.clone().nth(1)?)));
        match (byte, pair()) {
            (b'%', Some((high, low))) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit =
                    |digit: char| u8::try_from(digit.to_digit(16).unwrap_or_default()).unwrap_or_default();
                bytes.push(digit(high) * 16 + digit(low));
                rest.nth(1);
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
