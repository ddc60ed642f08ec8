//! Traces: what each agent did, for how long, and on whose behalf, as spans in the project's database, exported by OTLP to
//! whom the user names.
//!
//! Rules: a span holds names and counts, never contents: no prompt, argument, payload or token; nothing that an agent waits
//! for talks to a collector; without its user's word nothing leaves the machine.

mod call;
mod context;
mod convert;
mod duty;
mod export;
mod hook;
mod hops;
mod names;
mod pairs;
mod recorder;
mod session;
mod settings;
mod span;

pub(crate) use self::call::CallSpan;
pub use self::call::Client;
pub use self::context::TraceContext;
pub(crate) use self::duty::{Exporting, remember_lead};
pub use self::duty::{flush, remember};
pub(crate) use self::hook::{HookSpan, Refused, Said};
pub use self::hops::catch_up;
pub(crate) use self::recorder::{Recorder, current, step, tell};
pub(crate) use self::session::{SessionFacts, session_span, unended};
pub use self::settings::{Protocol, Settings, SettingsError, Wish};
pub use self::span::{Attributes, Moment, Span, SpanKind};
