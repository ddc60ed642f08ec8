//! How many spans are kept.

use camino::Utf8PathBuf;
use tempfile::TempDir;

use super::SpanBounds;
use crate::store::{Mode, Store};
use crate::telemetry::{Attributes, Span, SpanKind, TraceContext};

fn store() -> (TempDir, Store) {
    let dir = TempDir::new().unwrap();
    let path = Utf8PathBuf::from_path_buf(dir.path().join("state.db")).unwrap();
    let store = Store::open(&path, Mode::Create).unwrap();
    (dir, store)
}

fn span(begin_us: u64) -> Span {
    Span {
        context: TraceContext::begin(),
        parent: None,
        name: "one".to_owned(),
        kind: SpanKind::Internal,
        agent: "root".to_owned(),
        begin_us,
        duration_us: 10,
        failure: None,
        attributes: Attributes::default(),
        moments: Vec::new(),
        link: None,
    }
}

fn numbers(store: &Store) -> Vec<u64> {
    store.spans_after(0, 1000).unwrap().into_iter().map(|(number, _)| number).collect()
}

/// Removes until there is nothing to remove.
fn drop_all(store: &Store, bounds: SpanBounds) {
    while store.drop_spans(bounds).unwrap() > 0 {}
}

#[test]
fn the_oldest_beyond_a_number_go_in_small_steps_and_those_that_were_wanted_are_counted() {
    let (_dir, store) = store();
    store.set_exporting(true).unwrap();
    store.record_spans(&(1..=20).map(|_| span(1000)).collect::<Vec<_>>()).unwrap();
    store.set_exported(6, 0).unwrap();
    let bounds = SpanBounds { spans: 8, oldest_us: 0, at_once: 5 };
    assert_eq!(store.drop_spans(bounds).unwrap(), 5);
    assert_eq!(store.telemetry().unwrap().dropped, 0, "these arrived");
    drop_all(&store, bounds);
    assert_eq!(numbers(&store), (13..=20).collect::<Vec<_>>());
    assert_eq!((store.telemetry().unwrap().dropped, store.buffered_spans().unwrap()), (6, 8));
}

#[test]
fn the_old_go_whatever_their_number_but_the_newest_keeps_its_number_from_being_given_again() {
    let (_dir, store) = store();
    store.record_spans(&[span(1000), span(2000), span(3000)]).unwrap();
    let bounds = SpanBounds { spans: 100, oldest_us: 2500, at_once: 100 };
    drop_all(&store, bounds);
    assert_eq!(numbers(&store), [3]);
    drop_all(&store, SpanBounds { oldest_us: 9000, ..bounds });
    assert_eq!(numbers(&store), [3]);
    store.record_spans(&[span(9500)]).unwrap();
    assert_eq!(numbers(&store), [3, 4]);
    assert_eq!(store.telemetry().unwrap().dropped, 0, "nobody wanted them exported");
}

#[test]
fn a_span_reads_as_it_was_written() {
    let (_dir, store) = store();
    let mut attributes = Attributes::default();
    attributes.put("agent.name", "root");
    attributes.count("exomonad.messages", 2);
    let moment =
        crate::telemetry::Moment { name: "handed".to_owned(), at_us: 5, attributes: attributes.clone() };
    let mut all = span(7);
    all.parent = Some(TraceContext::begin().span);
    all.kind = SpanKind::Server;
    all.fail("tool_error");
    all.moments = vec![moment];
    all.link = Some(TraceContext::begin());
    all.context.sampled = false;
    all.attributes = attributes;
    store.record_spans(&[span(9), all.clone()]).unwrap();
    let read = store.spans_after(1, 1).unwrap();
    assert_eq!(read, [(2, all)]);
}
