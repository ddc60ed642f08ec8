//! Answers that are none: what is tried again, what is said of it, and that no token is in it.

use std::time::Duration;

use exomonad_host::contract::EffectErrorKind;
use exomonad_host::engine::Stop;
use exomonad_host::forge::{Ending, ForgeError, Patience, open};
use exomonad_testkit::github::Fault;

use super::{Fixture, fixture};

fn failing(f: &Fixture, faults: impl IntoIterator<Item = Fault>) -> (Result<(), ForgeError>, usize) {
    f.github.fail(faults);
    f.asked();
    let result = f.forge().pull_requests(None).map(drop);
    (result, f.asked().len())
}

fn failed(f: &Fixture, fault: &Fault, count: usize) -> (ForgeError, usize) {
    let (result, asked) = failing(f, std::iter::repeat_n(fault.clone(), count));
    let err = result.unwrap_err();
    let all = format!("{err} {err:?} {:?} {}", err.hint(), exomonad_host::explain(&err));
    assert!(!all.contains(f.github.token()), "{all}");
    (err, asked)
}

#[test]
fn a_question_is_asked_again_when_github_fails_and_not_when_it_says_no() {
    let f = fixture();
    for fault in [Fault::status(500, "x"), Fault::page(502, "<html>"), Fault::status(503, "x"), Fault::cut()]
    {
        let (result, asked) = failing(&f, [fault.clone(), fault.clone()]);
        assert!(result.is_ok(), "{fault:?}: {result:?}");
        assert_eq!(asked, 3, "{fault:?}");
    }
    assert_eq!(failed(&f, &Fault::status(503, "x"), 3).1, 3, "and not for ever");
    for (status, kind) in [
        (401, EffectErrorKind::PermissionDenied),
        (403, EffectErrorKind::PermissionDenied),
        (404, EffectErrorKind::NotFound),
        (422, EffectErrorKind::InvalidInput),
    ] {
        let (err, asked) = failed(&f, &Fault::status(status, "No."), 1);
        assert_eq!((err.kind(), asked), (kind, 1), "{status}: {err}");
    }
    let (err, asked) = failed(&f, &Fault::strange(), 1);
    assert_eq!((err.kind(), asked), (EffectErrorKind::Failed, 1), "{err}");
}

#[test]
fn a_limit_is_waited_for_when_it_is_short() {
    let f = fixture();
    let (result, asked) = failing(&f, [Fault::status(429, "Slow down").with("retry-after", "1")]);
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(asked, 2);
    let (err, asked) = failed(&f, &Fault::status(403, "Secondary").with("retry-after", "60"), 1);
    assert_eq!((err.kind(), asked), (EffectErrorKind::Unavailable, 1));
    assert!(err.hint().unwrap().starts_with("it answers again at 20"), "{:?}", err.hint());
    f.github.leave_requests(0);
    let err = f.forge().pull_requests(None).unwrap_err();
    assert!(err.to_string().contains("used up"), "{err}");
}

#[test]
fn what_changes_something_is_asked_once() {
    let f = fixture();
    let plan = f.agent("api");
    for fault in [Fault::status(500, "x"), Fault::status(502, "x"), Fault::cut()] {
        f.github.fail([fault.of("POST", "/pulls")]);
        f.asked();
        f.file(&plan, "t", "").unwrap_err();
        let posts = f.asked().into_iter().filter(|asked| asked.starts_with("POST ")).count();
        assert_eq!(posts, 1);
    }
    assert_eq!(f.forge().pull_requests(None).unwrap(), []);
    assert_eq!(f.filed(&plan).number, 1);
}

#[test]
fn a_server_that_hangs_keeps_nobody_longer_than_it_waits() {
    let f = fixture();
    f.github.fail([Fault::hang()]);
    let patience = Patience::limited(Duration::from_millis(300), &Stop::default());
    let forge = open(f.site(), Ending::Forbidden, patience).unwrap();
    let err = forge.pull_requests(None).unwrap_err();
    assert_eq!(err.kind(), EffectErrorKind::Timeout, "{err}");

    f.github.fail([Fault::hang()]);
    let stop = Stop::default();
    let forge =
        open(f.site(), Ending::Forbidden, Patience::limited(Duration::from_secs(600), &stop)).unwrap();
    let err = std::thread::scope(|scope| {
        scope.spawn(|| {
            while f.github.asked().len() < 2 {
                std::thread::park_timeout(Duration::from_millis(5));
            }
            stop.stop();
        });
        forge.pull_requests(None).unwrap_err()
    });
    assert_eq!(err.kind(), EffectErrorKind::Timeout, "{err}");
    f.github.release();
}

#[test]
fn nobody_there_is_said_with_what_to_do() {
    let f = fixture();
    let url = f.github.url();
    let site = f.site();
    drop(f.github);
    let err = open(site, Ending::Forbidden, Patience::endless()).unwrap().pull_requests(None).unwrap_err();
    assert_eq!(err.to_string(), format!("failed to reach `{url}`"));
    assert!(err.hint().unwrap().contains("forge.kind = \"local\""), "{:?}", err.hint());
}

#[test]
fn a_repository_that_moved_is_followed_for_reading_and_not_for_changing() {
    let f = fixture();
    let plan = f.agent("api");
    f.filed(&plan);
    f.github.rename("acme/renamed");
    assert_eq!(f.forge().pull_request(1).unwrap().number, 1);
    let err = f.forge().close(1, exomonad_host::store::Sender::Human, None).unwrap_err();
    assert_eq!(err.to_string(), "`acme/api` has moved, and nothing was changed");
    assert!(err.hint().unwrap().contains("git remote set-url"), "{:?}", err.hint());
}

#[test]
fn every_request_says_who_asks_and_for_which_version() {
    let f = fixture();
    f.forge().pull_requests(None).unwrap();
    let asked = f.github.asked();
    let header = |name: &str| asked[0].header(name).unwrap_or_default().to_owned();
    assert_eq!(header("x-github-api-version"), "2022-11-28");
    assert!(header("user-agent").contains("exomonad/"), "{}", header("user-agent"));
    assert_eq!(header("accept"), "application/vnd.github+json");
    assert_eq!(header("authorization"), format!("Bearer {}", f.github.token()));
}
