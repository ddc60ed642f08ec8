//! The project's database: the one place where hooks, sidecars and commands meet.
//!
//! Every process opens it for itself. It is SQLite in WAL mode: readers never wait, writers wait for one another for
//! at most [`BUSY_LIMIT`]. Nothing here keeps a transaction open across a call into the guest.

mod activity;
mod agents;
mod approvals;
mod busy;
mod changes;
mod conflicts;
mod deliveries;
mod delivery;
mod draft;
mod events;
mod filed;
mod guests;
mod hooks;
mod kv;
mod mail;
mod merges;
mod messages;
mod migrations;
mod notices;
mod open;
mod overview;
mod pulls;
mod reaction_mail;
mod reactions;
mod remote_acts;
mod remote_pulls;
mod remote_verdicts;
mod requests;
mod reviews;
mod runs;
mod sessions;
mod sidecars;
mod spans;
mod spawns;
mod stuck;
mod telemetry;
mod terminals;
mod traces;
mod verifications;
mod write;

pub use activity::{Activity, Doing};
pub use agents::{AgentRow, AgentState};
pub use changes::{Changes, Watching};
pub(crate) use conflicts::{Proof, Unproven};
pub use deliveries::MAX_ATTEMPTS;
pub use delivery::{
    Claim, ClaimLimits, DeliveryId, DeliveryRow, Evidence, Handed, Outcome, TranscriptMark, Transport,
    Waiting,
};
pub use draft::{Draft, DraftError, MESSAGE_BYTES, Sender};
pub(crate) use events::from_outside;
pub use events::{EventFilter, event_line};
pub use filed::{FiledRow, VerdictRow};
pub(crate) use hooks::HookRecord;
pub use kv::Scope;
pub use mail::{Mail, MailFilter};
pub use merges::{MergeRecord, MergeRow, MergeStep};
pub use messages::Inbox;
pub use open::{BUSY_LIMIT, Mode, Store, StoreError};
pub use overview::{Checked, PullGlance, PullWord, RecordRow, SessionSpan};
pub use pulls::{Closing, Filing, PullDraft, PullRow, pull_state_name, pull_url};
pub use reactions::{Act, Caused, ReactionsAt};
pub(crate) use remote_acts::OpenAct;
pub use remote_acts::{ActOn, BegunAct, RemoteAct, RemoteFiling};
pub use remote_pulls::{ChecksTold, RemotePull};
pub(crate) use remote_pulls::{KeptReview, RemoteBook};
pub use remote_verdicts::OwnReview;
pub use requests::{RequestDraft, RequestRow, RequestState};
pub use reviews::{ReviewDraft, review_state_name};
pub use runs::{Exit, RunId, RunRow};
pub use sidecars::{SIDECAR_BEAT_LIMIT, SidecarId, SidecarRow};
pub(crate) use spans::SpanBounds;
pub use spawns::{Caps, Reserved, SpawnRow};
pub use stuck::{Episode, StuckWhy};
pub(crate) use telemetry::HopRow;
pub use telemetry::TelemetryRow;
pub use traces::TraceRow;
pub use verifications::VerificationRow;

#[cfg(test)]
mod tests;
