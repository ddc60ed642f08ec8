//! Questions and notices to the person.

use std::sync::Arc;

use super::{done, fixture, refusal, refused};
use crate::contract::EffectErrorKind;
use crate::contract::events::Host as _;
use crate::contract::ui::{Answer, Host as _};
use crate::effects::{Failure, World};
use crate::engine::{Limits, Meter, Stop};
use crate::store::{EventFilter, RequestState};
use crate::surroundings::Surroundings;
use crate::ui::{Given, ReplyError, Values, reply};

const FORM: &str = r#"{"title":"Go on?","fields":[{"id":"sure","type":"checkbox","required":true}]}"#;

/// Longer than any machine takes; a wait that lasts so long has failed.
const LONG: u32 = 120_000;

fn tool(f: &super::Fixture, stop: &Stop) -> World {
    let mut services = f.services.clone();
    services.surroundings = Some(Arc::new(Surroundings::default()));
    World::new(services, f.cx.clone(), Meter::start(Limits::of_tools(), stop.clone()))
}

/// The id of the request that is open, once there is one.
fn opened(f: &super::Fixture) -> String {
    let watching = f.services.store.changes().watch();
    loop {
        let generation = watching.generation();
        if let Some(row) = f.services.store.open_requests().unwrap().pop() {
            return row.id;
        }
        watching.wait(generation, std::time::Duration::from_secs(60));
    }
}

#[test]
fn a_question_waits_for_its_answer_and_takes_one() {
    let f = fixture();
    let mut world = tool(&f, &Stop::default());
    std::thread::scope(|scope| {
        let asker = scope.spawn(|| world.ask(FORM.to_owned(), LONG));
        let id = opened(&f);
        let give = |json: &str| {
            let values: Values = serde_json::from_str(json).unwrap();
            reply(&f.services.store, &id, Given::Values(&values), "test", 9)
        };
        assert_eq!(give("{}").unwrap_err().to_string(), "field `sure`: must be checked");
        give(r#"{"sure":true}"#).unwrap();
        assert!(matches!(give(r#"{"sure":true}"#), Err(ReplyError::Ended { state: "answered", .. })));
        match done(asker.join().unwrap()) {
            Answer::Answered(values) => assert_eq!(values, r#"{"sure":true}"#),
            Answer::Declined | Answer::TimedOut => panic!("it was answered"),
        }
    });
}

#[test]
fn a_call_that_is_to_end_withdraws_its_question() {
    for end in [Stop::stop, Stop::stop_waiting] {
        let f = fixture();
        let stop = Stop::default();
        let mut world = tool(&f, &stop);
        std::thread::scope(|scope| {
            let asker = scope.spawn(|| world.ask(FORM.to_owned(), LONG));
            let id = opened(&f);
            end(&stop);
            f.services.store.changes().ring();
            assert_eq!(refused(asker.join().unwrap()), EffectErrorKind::Conflict);
            assert_eq!(f.services.store.request(&id).unwrap().unwrap().state, RequestState::Cancelled);
        });
    }
}

#[test]
fn nobody_in_time_is_an_answer() {
    let f = fixture();
    assert!(matches!(done(tool(&f, &Stop::default()).ask(FORM.to_owned(), 20)), Answer::TimedOut));
    assert_eq!(f.services.store.open_requests().unwrap(), []);
}

#[test]
fn what_cannot_be_asked_is_refused_by_its_name() {
    let mut f = fixture();
    let form = r#"{"title":"t","fields":[{"id":"a","type":"choice"}]}"#;
    let refused_form = refusal(f.world.ask(form.to_owned(), LONG));
    assert_eq!(refused_form.message, "field `a`: has 1 to 200 `options`");
    assert_eq!(refused(f.world.ask(FORM.to_owned(), 0)), EffectErrorKind::InvalidInput);
    assert_eq!(
        refused(f.world.ask(FORM.to_owned(), LONG)),
        EffectErrorKind::Unavailable,
        "a hook waits for nobody"
    );
    assert_eq!(f.services.store.open_requests().unwrap(), []);
}

#[test]
fn a_notice_is_an_event_that_no_guest_forges() {
    let mut f = fixture();
    done(f.world.notify("the build\nis done".to_owned()));
    let filter = EventFilter { kinds: vec!["ui.notified".to_owned()], ..EventFilter::default() };
    let events = f.services.store.first_events(&filter, 10).unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(
        (events[0].agent.as_str(), events[0].data.as_str()),
        ("one", r#"{"text":"the build\nis done"}"#)
    );
    assert_eq!(refused(f.world.notify(" \u{1b} ".to_owned())), EffectErrorKind::InvalidInput);
    for kind in ["ui.notified", "request.answered"] {
        let Err(Failure::Refused(error)) = f.world.emit(kind.to_owned(), "{}".to_owned()) else {
            panic!("it was not refused")
        };
        assert_eq!(error.kind, EffectErrorKind::PermissionDenied);
    }
}
