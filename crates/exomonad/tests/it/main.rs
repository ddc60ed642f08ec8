//! The program as people and coding agents run it: whole processes, whole transcripts.

#[cfg(test)]
mod call;
#[cfg(test)]
mod crowd;
#[cfg(test)]
mod hook;
#[cfg(test)]
mod mcp;
#[cfg(test)]
mod set_up;
#[cfg(test)]
mod set_up_tools;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tools;
