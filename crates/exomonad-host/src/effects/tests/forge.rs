//! What the forge refuses before it looks at a repository.

use std::sync::Arc;

use super::{done, fixture, refusal, refused};
use crate::contract::EffectErrorKind;
use crate::contract::forge::{Host, MergeStrategy};
use crate::engine::Stop;

#[test]
fn a_hook_reads_pull_requests_and_neither_files_nor_merges_them() {
    let mut f = fixture();
    assert_eq!(done(f.world.list_pull_requests(None)), []);
    assert_eq!(done(f.world.find_pull_request("topic".to_owned())), None);
    let refusal = refusal(f.world.merge(1, MergeStrategy::Squash, false));
    assert_eq!(refusal.kind, EffectErrorKind::Unavailable);
    assert_eq!(refusal.hint.as_deref(), Some("do it in a tool"));
    assert_eq!(
        refused(f.world.create_or_update("t".to_owned(), String::new(), None)),
        EffectErrorKind::Timeout,
        "it may not wait"
    );
}

#[test]
fn a_call_that_is_to_end_merges_nothing() {
    let mut f = fixture();
    f.services.surroundings = Some(Arc::default());
    let stop = Stop::default();
    stop.stop_waiting();
    let mut world = f.world_of("one", None, &stop);
    assert_eq!(refused(world.merge(1, MergeStrategy::Squash, false)), EffectErrorKind::Timeout);
}

#[test]
fn a_number_that_nothing_has_is_not_found_and_a_limit_is_one() {
    let mut f = fixture();
    let refusal = refusal(f.world.get_pull_request(7));
    assert_eq!(
        (refusal.kind, refusal.message.as_str()),
        (EffectErrorKind::NotFound, "there is no pull request #7")
    );
    assert_eq!(refusal.hint.as_deref(), Some("`exomonad pr list` shows those that there are"));
    assert_eq!(refused(f.world.reviews(7)), EffectErrorKind::NotFound);
    for max_bytes in [0, (1 << 20) + 1] {
        assert_eq!(refused(f.world.diff(7, None, max_bytes)), EffectErrorKind::InvalidInput);
    }
    assert_eq!(refused(f.world.list_issues(None)), EffectErrorKind::Unavailable);
}
