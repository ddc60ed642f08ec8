//! Answers a client's requests.
#![expect(
    deprecated,
    reason = "the SDK marks logging as deprecated; clients of every released version may use it"
)]

use std::sync::{Arc, PoisonError, RwLock};

use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestMethod, CompleteRequestParams,
    CompleteResult, DiscoverResult, ErrorData, Implementation, InputRequiredResult, ListPromptsRequestMethod,
    ListPromptsResult, ListResourceTemplatesRequestMethod, ListResourceTemplatesResult,
    ListResourcesRequestMethod, ListResourcesResult, ListToolsResult, LoggingLevel, PaginatedRequestParams,
    ProtocolVersion, ServerCapabilities, ServerConfig, SetLevelRequestParams, SubscriptionFilter, Tool,
};
use rmcp::service::{RequestContext, SubscriptionContext};
use rmcp::{RoleServer, ServerHandler};
use tokio::sync::watch;

use super::calls::Calls;
use super::client::Client;
use super::elicit::{self, Question};
use super::life::{Life, Step};
use super::outbox::Outbox;
use super::running::Running;
use super::suspended::Suspended;
use super::voice::Wants;
use super::wire;
use crate::contract::log::Level;
use crate::tool::{CallError, Toolbox};
use crate::{drop_logged, telemetry};

/// How long a client may keep what it was told. A guest that can be reloaded may change at any time; the one that is built
/// in stays as it is, but a client that keeps answers may outlive us.
const TTL_MS: u64 = if cfg!(feature = "compile") { 0 } else { 3_600_000 };

/// One client's server.
#[derive(Clone)]
pub(super) struct Handler(Arc<Shared>);

struct Shared {
    served: RwLock<Arc<Served>>,
    /// How often it was replaced.
    replaced: watch::Sender<u64>,
    outbox: Outbox,
    client: Client,
    calls: Calls,
    suspended: Suspended<(Running, Question)>,
    life: Life,
}

/// An agent's tools, and the list of them that clients see.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) toolbox: Toolbox,
    tools: Vec<Tool>,
}

impl Served {
    fn new(toolbox: Toolbox) -> Arc<Self> {
        let tools = toolbox.role().into_iter().flat_map(|role| &role.tools).map(wire::tool).collect();
        Arc::new(Self { toolbox, tools })
    }
}

/// What a handler works with.
pub(super) struct Parts {
    pub(super) outbox: Outbox,
    pub(super) client: Client,
    pub(super) calls: Calls,
    pub(super) life: Life,
}

impl Handler {
    /// Answers with the tools of `toolbox`.
    pub(super) fn new(toolbox: Toolbox, parts: Parts) -> Self {
        let Parts { outbox, client, calls, life } = parts;
        let (served, replaced) = (RwLock::new(Served::new(toolbox)), watch::Sender::new(0));
        let suspended = Suspended::default();
        Self(Arc::new(Shared { served, replaced, outbox, client, calls, suspended, life }))
    }

    pub(super) fn served(&self) -> Arc<Served> {
        Arc::clone(&self.0.served.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Answers with other tools from now on, and says so. Calls that run end with the tools they began with.
    #[cfg(feature = "compile")]
    pub(super) fn replace(&self, toolbox: Toolbox) {
        *self.0.served.write().unwrap_or_else(PoisonError::into_inner) = Served::new(toolbox);
        self.0.replaced.send_modify(|count| *count += 1);
        if self.0.client.is_initialized() {
            let message =
                serde_json::json!({ "jsonrpc": "2.0", "method": "notifications/tools/list_changed" });
            drop_logged(self.0.outbox.send(&message), "tell the client of other tools");
        }
    }

    pub(super) fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    pub(super) fn calls(&self) -> &Calls {
        &self.0.calls
    }

    /// Sees a call to its end, or to a question that the client answers by another call.
    async fn finish(
        &self,
        mut call: Running,
        cx: &RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let mut asked = Vec::new();
        let mut ending = std::pin::pin!(call.end_with(cx));
        let result = loop {
            tokio::select! {
                result = &mut call.result => break result,
                () = &mut ending => return Err(ended()),
                () = self.0.life.until(Step::Over) => return Err(ended()),
                Some(question) = call.questions.recv() => {
                    if !elicit::is_offered(cx) {
                        tracing::debug!(request = question.request, "the client shows no forms");
                    } else if is_stateless(cx) {
                        match self.suspend(call, question) {
                            Ok(result) => return Ok(result.into()),
                            Err(back) => call = *back,
                        }
                    } else {
                        asked.push(call.ask(question, cx.peer.clone()));
                    }
                }
            }
        };
        // Whoever still looks at a question of ours is told that it is over.
        drop(asked);
        match result {
            Ok(Ok(output)) => Ok(wire::result(output).into()),
            Ok(Err(err @ CallError::Unknown { .. })) => Err(ErrorData::invalid_params(err.explain(), None)),
            Ok(Err(err)) => Ok(wire::failure(&err).into()),
            Err(_) => Err(ended()),
        }
    }

    /// Lets a call wait for the client's next, which brings the answer; gives it back where the question cannot be asked.
    fn suspend(&self, call: Running, question: Question) -> Result<InputRequiredResult, Box<Running>> {
        let name = Suspended::<()>::name();
        let Some(result) = question.result(name.clone()) else { return Err(Box::new(call)) };
        call.voice.speak_to(Wants::default());
        match self.0.suspended.keep(name, (call, question)) {
            Ok(()) => Ok(result),
            Err((call, _)) => {
                tracing::warn!("too many calls wait for the client's answer; this one is not asked of it");
                Err(Box::new(call))
            }
        }
    }

    fn wants(&self, cx: &RequestContext<RoleServer>) -> Wants {
        let level =
            if is_stateless(cx) { cx.meta.log_level().and_then(least) } else { self.0.client.level() };
        Wants { progress: cx.meta.get_progress_token(), level }
    }
}

/// Whether a request is of the era in which each says of itself what it needs.
fn is_stateless(cx: &RequestContext<RoleServer>) -> bool {
    cx.protocol_version().is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

/// What a request says of itself for its span. `traceparent` is where MCP has it since 2026-07-28, and clients before.
fn trace_client(cx: &RequestContext<RoleServer>) -> telemetry::Client {
    let traceparent = cx.meta.get("traceparent").and_then(|value| value.as_str());
    telemetry::Client::Mcp {
        traceparent: traceparent.map(str::to_owned),
        request: cx.id.to_string(),
        version: cx.protocol_version().map(|version| version.as_str().to_owned()),
    }
}

/// The least of our levels that is at least a client's; above all of ours there is none.
fn least(level: LoggingLevel) -> Option<Level> {
    match level {
        LoggingLevel::Debug => Some(Level::Debug),
        LoggingLevel::Info => Some(Level::Info),
        LoggingLevel::Notice | LoggingLevel::Warning => Some(Level::Warn),
        LoggingLevel::Error => Some(Level::Error),
        LoggingLevel::Critical | LoggingLevel::Alert | LoggingLevel::Emergency => None,
    }
}

/// A reply for a client that hardly is there any more.
fn ended() -> ErrorData {
    ErrorData::internal_error("the server ended before the call did", None)
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let served = self.served();
        let capabilities =
            ServerCapabilities::builder().enable_logging().enable_tools().enable_tool_list_changed().build();
        let server = Implementation::new("exomonad", env!("CARGO_PKG_VERSION")).with_title("exomonad");
        let config = ServerConfig::new(capabilities).with_server_info(server);
        match served.toolbox.role() {
            Some(role) if !role.instructions.is_empty() => config.with_instructions(&role.instructions),
            Some(_) | None => config,
        }
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let versions = self.supported_protocol_versions().into_owned();
        let mut result = DiscoverResult::from_server_info(versions, self.get_info());
        result.ttl_ms = TTL_MS;
        Ok(result)
    }

    async fn list_tools(
        &self,
        page: Option<PaginatedRequestParams>,
        cx: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        if let Some(cursor) = page.and_then(|page| page.cursor) {
            let message = format!("there is no page `{cursor}`: all tools are on the first one");
            return Err(ErrorData::invalid_params(message, None));
        }
        let mut result = ListToolsResult::with_all_items(self.served().tools.clone());
        if is_stateless(&cx) {
            result.ttl_ms = Some(TTL_MS);
            result.cache_scope = Some(CacheScope::Private);
        }
        Ok(result)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        cx: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        // A client that does not read what it asked for gets no more of it made.
        tokio::select! {
            () = self.0.outbox.room() => {}
            () = cx.ct.cancelled() => return Err(ended()),
        }
        let call = match request.request_state.clone() {
            None => Running::begin(self, request, trace_client(&cx), self.wants(&cx)),
            Some(state) => {
                let Some((call, question)) = self.0.suspended.take(&state) else {
                    let message = "no call waits with this `requestState`; call the tool without it";
                    return Err(ErrorData::invalid_params(message, None));
                };
                call.voice.speak_to(self.wants(&cx));
                match call.answer(question, elicit::response(request.input_responses)).await {
                    None => call,
                    Some(again) => match self.suspend(call, again) {
                        Ok(result) => return Ok(result.into()),
                        Err(call) => *call,
                    },
                }
            }
        };
        self.finish(call, &cx).await
    }

    async fn set_level(
        &self,
        request: SetLevelRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.0.client.set_level(least(request.level));
        Ok(())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListPromptsRequestMethod>())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListResourcesRequestMethod>())
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListResourceTemplatesRequestMethod>())
    }

    async fn complete(
        &self,
        _: CompleteRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        Err(ErrorData::method_not_found::<CompleteRequestMethod>())
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, cx: SubscriptionContext) -> Result<(), ErrorData> {
        let mut replaced = self.0.replaced.subscribe();
        loop {
            tokio::select! {
                () = cx.cancelled() => return Ok(()),
                () = self.0.life.until(Step::Finishing) => return Ok(()),
                changed = replaced.changed() => {
                    if changed.is_ok() && cx.accepted().tools_list_changed == Some(true) {
                        let told = cx.sink().notify_tool_list_changed().await;
                        drop_logged(told, "tell a subscriber of other tools");
                    }
                }
            }
        }
    }
}
