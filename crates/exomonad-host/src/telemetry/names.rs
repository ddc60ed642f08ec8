//! What our spans call their attributes.
//!
//! Where OpenTelemetry's semantic conventions have a name, it is theirs: 1.44 of the general ones (`error`, `process`, `vcs`,
//! `messaging`), and those for generative AI and MCP as of their own repository's first release, still in development there.
//! The rest are ours, and older than those.

pub(super) const AGENT_NAME: &str = "agent.name";
pub(super) const AGENT_ROLE: &str = "agent.role";
pub(super) const AGENT_PARENT: &str = "agent.parent";
pub(super) const SESSION_ID: &str = "session.id";
pub(super) const TRANSCRIPT: &str = "jsonl.file";

pub(super) const HOOK_TYPE: &str = "hook.type";
pub(super) const HOOK_RUNTIME: &str = "hook.runtime";
pub(super) const HOOK_DECISION: &str = "hook.decision";
pub(super) const ROUTING_DECISION: &str = "routing.decision";
pub(super) const ROUTING_REASON: &str = "routing.reason";
pub(super) const SUBAGENT: &str = "exomonad.subagent";
pub(super) const MESSAGES: &str = "exomonad.messages";
pub(super) const DOWNGRADES: &str = "exomonad.downgrades";
pub(super) const LEFT_OUT: &str = "exomonad.spans_left_out";
pub(super) const DURATION_US: &str = "exomonad.duration_us";
pub(super) const TRANSPORT: &str = "exomonad.transport";

pub(super) const ERROR_TYPE: &str = "error.type";
pub(super) const EXIT_CODE: &str = "process.exit.code";
pub(super) const OPERATION: &str = "gen_ai.operation.name";
pub(super) const GEN_AI_AGENT: &str = "gen_ai.agent.name";
pub(super) const CONVERSATION: &str = "gen_ai.conversation.id";
pub(super) const TOOL_NAME: &str = "gen_ai.tool.name";
pub(super) const MCP_METHOD: &str = "mcp.method.name";
pub(super) const MCP_VERSION: &str = "mcp.protocol.version";
pub(super) const REQUEST_ID: &str = "jsonrpc.request.id";
pub(super) const NETWORK_TRANSPORT: &str = "network.transport";
pub(super) const MESSAGE_ID: &str = "messaging.message.id";
pub(super) const DESTINATION: &str = "messaging.destination.name";
pub(super) const MESSAGING_SYSTEM: &str = "messaging.system";
pub(super) const MESSAGING_OPERATION: &str = "messaging.operation.name";
