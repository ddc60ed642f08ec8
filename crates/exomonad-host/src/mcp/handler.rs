//! Answers a client's requests.

use std::sync::{Arc, PoisonError, RwLock};

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CompleteRequestMethod, CompleteRequestParams, CompleteResult,
    ErrorCode, ErrorData, Implementation, ListPromptsRequestMethod, ListPromptsResult,
    ListResourceTemplatesRequestMethod, ListResourceTemplatesResult, ListResourcesRequestMethod,
    ListResourcesResult, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
    SubscriptionFilter,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};

use super::wire;
use crate::engine::Stop;
use crate::tool::{Call, CallError, Toolbox};

/// One client's server.
pub(super) struct Handler {
    toolbox: RwLock<Arc<Toolbox>>,
}

impl Handler {
    pub(super) fn new(toolbox: Arc<Toolbox>) -> Self {
        Self { toolbox: RwLock::new(toolbox) }
    }

    fn toolbox(&self) -> Arc<Toolbox> {
        Arc::clone(&self.toolbox.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let toolbox = self.toolbox();
        let capabilities = ServerCapabilities::builder().enable_tools().enable_tool_list_changed().build();
        let server = Implementation::new("exomonad", env!("CARGO_PKG_VERSION")).with_title("exomonad");
        let config = ServerConfig::new(capabilities).with_server_info(server);
        match toolbox.role() {
            Some(role) if !role.instructions.is_empty() => config.with_instructions(&role.instructions),
            Some(_) | None => config,
        }
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let toolbox = self.toolbox();
        let tools = toolbox.role().into_iter().flat_map(|role| &role.tools).map(wire::tool);
        Ok(ListToolsResult::with_all_items(tools.collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        cx: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let toolbox = self.toolbox();
        let stop = Stop::default();
        let running = tokio::task::spawn_blocking({
            let stop = stop.clone();
            move || {
                let arguments = serde_json::Value::Object(request.arguments.unwrap_or_default()).to_string();
                toolbox.call(Call { tool: &request.name, arguments: &arguments, stop: &stop, listener: None })
            }
        });
        tokio::pin!(running);
        let result = tokio::select! {
            result = &mut running => result,
            () = cx.ct.cancelled() => {
                stop.stop();
                running.await
            }
        };
        match result {
            Ok(Ok(output)) => Ok(wire::result(output).into()),
            Ok(Err(err @ CallError::Unknown { .. })) => {
                Err(ErrorData::new(ErrorCode::INVALID_PARAMS, err.explain(), None))
            }
            Ok(Err(err)) => Ok(wire::failure(&err).into()),
            Err(err) => Err(ErrorData::internal_error(format!("the call's thread ended: {err}"), None)),
        }
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
}
