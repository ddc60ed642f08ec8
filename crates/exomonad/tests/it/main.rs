//! The program as people and coding agents run it: whole processes, whole transcripts.

#[cfg(test)]
mod agent_run;
#[cfg(test)]
mod agents;
#[cfg(test)]
mod approve;
#[cfg(test)]
mod attach;
#[cfg(test)]
mod call;
#[cfg(test)]
mod cleanup;
#[cfg(test)]
mod crowd;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod events;
#[cfg(test)]
mod hook;
#[cfg(test)]
mod init;
#[cfg(test)]
mod log;
#[cfg(test)]
mod mcp;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod pane;
#[cfg(test)]
mod pr;
#[cfg(test)]
mod ps;
#[cfg(test)]
mod repair;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod set_up;
#[cfg(test)]
mod set_up_tools;
#[cfg(test)]
mod spawn;
#[cfg(test)]
mod stop;
#[cfg(test)]
mod support;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod tools;
#[cfg(test)]
mod top;
#[cfg(test)]
mod tree;
