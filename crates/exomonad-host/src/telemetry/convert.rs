//! Spans of the database in OpenTelemetry's own types.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind as TheirKind, Status, TraceFlags, TraceState,
};
use opentelemetry::{InstrumentationScope, Key, KeyValue, Value as TheirValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use serde_json::Value;

use super::settings::Settings;
use super::{Attributes, Span, SpanKind, TraceContext};

/// Says how many spans were removed that should have gone out before this one.
const DROPPED: &str = "exomonad.spans_dropped";

/// A span for a collector. `dropped` are those that it will never get, for it to know.
pub(super) fn span(span: Span, scope: &InstrumentationScope, dropped: u64) -> SpanData {
    let mut attributes = key_values(&span.attributes);
    if dropped > 0 {
        attributes.push(KeyValue::new(DROPPED, i64::try_from(dropped).unwrap_or(i64::MAX)));
    }
    let mut events = SpanEvents::default();
    events.events = span
        .moments
        .iter()
        .map(|moment| Event::new(moment.name.clone(), time(moment.at_us), key_values(&moment.attributes), 0))
        .collect();
    let mut links = SpanLinks::default();
    links.links = span.link.into_iter().map(|link| Link::with_context(context(link, true))).collect();
    SpanData {
        span_context: context(span.context, false),
        parent_span_id: span.parent.unwrap_or(SpanId::INVALID),
        parent_span_is_remote: false,
        span_kind: kind(span.kind),
        start_time: time(span.begin_us),
        end_time: time(span.end_us()),
        name: span.name.into(),
        attributes,
        dropped_attributes_count: 0,
        events,
        links,
        status: span.failure.map_or(Status::Unset, Status::error),
        instrumentation_scope: scope.clone(),
    }
}

/// What our spans have in common.
pub(super) fn scope() -> InstrumentationScope {
    InstrumentationScope::builder("exomonad").with_version(env!("CARGO_PKG_VERSION")).build()
}

/// Who we are.
pub(super) fn resource(settings: &Settings) -> Resource {
    let own = [
        KeyValue::new("service.name", settings.service.clone()),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        KeyValue::new("telemetry.sdk.name", "opentelemetry"),
        KeyValue::new("telemetry.sdk.language", "rust"),
    ];
    let told = settings.resource.iter().map(|(name, value)| KeyValue::new(name.clone(), value.clone()));
    Resource::builder_empty().with_attributes(own.into_iter().chain(told)).build()
}

fn context(context: TraceContext, is_remote: bool) -> SpanContext {
    let flags = if context.sampled { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
    SpanContext::new(context.trace, context.span, flags, is_remote, TraceState::NONE)
}

fn kind(kind: SpanKind) -> TheirKind {
    match kind {
        SpanKind::Internal => TheirKind::Internal,
        SpanKind::Server => TheirKind::Server,
        SpanKind::Client => TheirKind::Client,
        SpanKind::Producer => TheirKind::Producer,
        SpanKind::Consumer => TheirKind::Consumer,
    }
}

fn key_values(attributes: &Attributes) -> Vec<KeyValue> {
    let value = |value: &Value| match value {
        Value::String(text) => TheirValue::from(text.clone()),
        Value::Bool(is) => TheirValue::from(*is),
        Value::Number(number) => match number.as_i64() {
            Some(number) => TheirValue::from(number),
            None => TheirValue::from(number.as_f64().unwrap_or_default()),
        },
        // There are none: names and counts only.
        Value::Null | Value::Array(_) | Value::Object(_) => TheirValue::from(value.to_string()),
    };
    let all = attributes.as_json().iter();
    all.map(|(name, known)| KeyValue::new(Key::from(name.clone()), value(known))).collect()
}

fn time(micros: u64) -> SystemTime {
    UNIX_EPOCH.checked_add(Duration::from_micros(micros)).unwrap_or(UNIX_EPOCH)
}
