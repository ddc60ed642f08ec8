//! A span: something that was done, by whom, when, and for how long.

use opentelemetry::trace::SpanId;
use serde_json::{Map, Value};

use super::TraceContext;
use super::names::ERROR_TYPE;

/// Something that was done and has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// It, and the trace it is in.
    pub context: TraceContext,
    /// The span it is a part of, in the same trace; absent: it begins the trace.
    pub parent: Option<SpanId>,
    /// What was done: one of few names.
    pub name: String,
    /// On which side of a conversation.
    pub kind: SpanKind,
    /// Who did it.
    pub agent: String,
    /// When it began, in microseconds since 1970.
    pub begin_us: u64,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// Why it failed, in a word; absent unless it did.
    pub failure: Option<String>,
    /// Names and counts.
    pub attributes: Attributes,
    /// What happened in between.
    pub moments: Vec<Moment>,
    /// A span of another trace on whose behalf it was done.
    pub link: Option<TraceContext>,
}

/// On which side of a conversation a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// On none.
    Internal,
    /// It answers.
    Server,
    /// It asks.
    Client,
    /// Somebody takes later what it gives.
    Producer,
    /// It takes what somebody gave.
    Consumer,
}

/// Something that happened within a span.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// What: one of few names.
    pub name: String,
    /// When, in microseconds since 1970.
    pub at_us: u64,
    /// Names and counts.
    pub attributes: Attributes,
}

/// Names and counts that tell more of a span. Never contents.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attributes(pub(super) Map<String, Value>);

/// The most characters of a value: names of others may have any length.
const VALUE_CHARS: usize = 256;

impl Span {
    /// When it ended, in microseconds since 1970.
    #[must_use]
    pub fn end_us(&self) -> u64 {
        self.begin_us.saturating_add(self.duration_us)
    }

    /// Says why it failed, in a word.
    pub(crate) fn fail(&mut self, why: &str) {
        self.attributes.put(ERROR_TYPE, why);
        self.failure = Some(why.to_owned());
    }
}

impl SpanKind {
    const ALL: [Self; 5] = [Self::Internal, Self::Server, Self::Client, Self::Producer, Self::Consumer];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl Attributes {
    /// Says what `name` is.
    pub(crate) fn put(&mut self, name: &str, value: &str) {
        let value: String = value.chars().filter(|c| !c.is_control()).take(VALUE_CHARS).collect();
        self.0.insert(name.to_owned(), Value::String(value));
    }

    /// Says what `name` is, unless it is unknown.
    pub(crate) fn put_some(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.put(name, value);
        }
    }

    /// Says how many `name` are.
    pub(crate) fn count(&mut self, name: &str, value: i64) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// A text among them.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// All of them, as JSON.
    #[must_use]
    pub fn as_json(&self) -> &Map<String, Value> {
        &self.0
    }

    /// As the database has them.
    pub(crate) fn to_text(&self) -> String {
        // A map of texts and numbers always has a JSON form.
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    /// What the database has; nothing when it makes no sense.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }
}

impl Moment {
    /// As the database has several.
    pub(crate) fn all_to_text(moments: &[Self]) -> String {
        let one = |moment: &Self| serde_json::json!([moment.name, moment.at_us, moment.attributes.0]);
        Value::Array(moments.iter().map(one).collect()).to_string()
    }

    /// What the database has; nothing when it makes no sense.
    pub(crate) fn all_from_text(text: &str) -> Option<Vec<Self>> {
        let all: Vec<(String, u64, Map<String, Value>)> = serde_json::from_str(text).ok()?;
        let one = |(name, at_us, attributes)| Self { name, at_us, attributes: Attributes(attributes) };
        Some(all.into_iter().map(one).collect())
    }
}
