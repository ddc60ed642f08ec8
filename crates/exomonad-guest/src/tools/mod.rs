//! The tools. One file a tool; `roles` says which role has which.

mod inbox;
mod list_agents;
mod notify_parent;
mod send_message;
mod sent;
mod text;
mod whoami;
mod words;

pub(crate) use inbox::Inbox;
pub(crate) use list_agents::ListAgents;
pub(crate) use notify_parent::NotifyParent;
pub(crate) use send_message::SendMessage;
pub(crate) use whoami::WhoAmI;
