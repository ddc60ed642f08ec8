//! Where a span belongs: the part of W3C Trace Context that goes from process to process.

use std::fmt;

use opentelemetry::trace::{SpanId, TraceId};
use uuid::Uuid;

/// A span, and the trace it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace.
    pub trace: TraceId,
    /// The span.
    pub span: SpanId,
    /// Whether whoever began the trace wants it exported.
    pub sampled: bool,
}

impl TraceContext {
    /// The first span of a new trace.
    #[must_use]
    pub fn begin() -> Self {
        let trace = TraceId::from(Uuid::new_v4().as_u128());
        Self { trace, span: new_span(), sampled: true }
    }

    /// Another span of the same trace.
    pub(crate) fn another(&self) -> Self {
        Self { span: new_span(), ..*self }
    }

    /// Reads a `traceparent`; nothing when it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        // A later version may have more parts; what it shares with this one stays.
        let is_whole = version != "00" || parts.next().is_none();
        let is_known = is_hex(version, 2) && version != "ff" && is_whole;
        if !is_known || !is_hex(trace, 32) || !is_hex(span, 16) || !is_hex(flags, 2) {
            return None;
        }
        let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
        let flags = u8::from_str_radix(flags, 16).ok()?;
        let is_valid = trace != TraceId::INVALID && span != SpanId::INVALID;
        is_valid.then_some(Self { trace, span, sampled: flags & 1 == 1 })
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

/// The first half of a random UUID: its version makes it never zero, which would be no id.
fn new_span() -> SpanId {
    SpanId::from(Uuid::new_v4().as_u64_pair().0)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::TraceContext;

    const SAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_reads_as_it_was_written() {
        for text in [SAMPLED, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"] {
            let context = TraceContext::parse(text).unwrap();
            assert_eq!((context.to_string(), context.sampled), (text.to_owned(), text.ends_with('1')));
        }
        let context = TraceContext::begin();
        assert_eq!(TraceContext::parse(&context.to_string()), Some(context));
        assert_eq!(context.another().trace, context.trace);
        assert_ne!(context.another().span, context.span);
    }

    #[test]
    fn a_later_version_may_say_more_and_its_flags_may_mean_more() {
        let later =
            TraceContext::parse("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03-more").unwrap();
        assert_eq!(later.to_string(), SAMPLED);
    }

    #[test]
    fn what_is_no_traceparent_is_none() {
        for text in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
        ] {
            assert_eq!(TraceContext::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in any::<String>()) {
            if let Some(context) = TraceContext::parse(&text) {
                prop_assert_eq!(TraceContext::parse(&context.to_string()), Some(context));
            }
        }
    }
}
