//! The tools. One file a tool; `roles` says which role has which.

mod file_pr;
mod inbox;
mod list_agents;
mod merge_pr;
mod notify_parent;
mod plan;
mod popup;
mod popup_form;
mod review_pr;
mod reviewed;
mod send_message;
mod sent;
mod spawn_leaf_subtree;
mod spawn_subtree;
mod spawn_workers;
mod spawned;
mod stop_agent;
mod text;
mod whoami;
mod words;
mod worker_spec;

pub(crate) use file_pr::FilePr;
pub(crate) use inbox::Inbox;
pub(crate) use list_agents::ListAgents;
pub(crate) use merge_pr::MergePr;
pub(crate) use notify_parent::NotifyParent;
pub(crate) use popup::Popup;
pub(crate) use review_pr::ReviewPr;
pub(crate) use send_message::SendMessage;
pub(crate) use spawn_leaf_subtree::SpawnLeafSubtree;
pub(crate) use spawn_subtree::SpawnSubtree;
pub(crate) use spawn_workers::SpawnWorkers;
pub(crate) use stop_agent::StopAgent;
pub(crate) use whoami::WhoAmI;
