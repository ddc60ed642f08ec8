//! Every request passes here once, whatever its method: what it says of its client is kept, and its end is told.

use std::borrow::Cow;

use rmcp::RoleServer;
use rmcp::model::{
    ClientNotification, ClientRequest, ErrorData, ProtocolVersion, RequestId, ServerConfig, ServerResult,
};
use rmcp::service::{NotificationContext, RequestContext, Service};

use super::client::Client;
use super::flight::Flight;
use super::handler::Handler;

/// The handler, as the SDK sees it.
pub(super) struct Dispatch {
    pub(super) handler: Handler,
    pub(super) client: Client,
    pub(super) flight: Flight,
}

/// A request that is handled until this is dropped. The SDK drops the reply of a cancelled one, so the transport does not
/// see the end of every request.
struct Handled<'a> {
    flight: &'a Flight,
    id: RequestId,
}

impl Drop for Handled<'_> {
    fn drop(&mut self) {
        self.flight.land(&self.id);
    }
}

impl Service<RoleServer> for Dispatch {
    async fn handle_request(
        &self,
        request: ClientRequest,
        cx: RequestContext<RoleServer>,
    ) -> Result<ServerResult, ErrorData> {
        let _handled = Handled { flight: &self.flight, id: cx.id.clone() };
        if let Some(version) = cx.meta.protocol_version() {
            self.client.note_version(version);
        }
        if let Some(client) = cx.meta.client_info() {
            self.client.note_name(&client);
        }
        if let ClientRequest::InitializeRequest(request) = &request {
            self.client.note_name(&request.params.client_info);
        }
        let result = Service::handle_request(&self.handler, request, cx).await;
        if let Ok(ServerResult::InitializeResult(result)) = &result {
            self.client.agree(result.protocol_version.clone());
        }
        result
    }

    async fn handle_notification(
        &self,
        notification: ClientNotification,
        cx: NotificationContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Service::handle_notification(&self.handler, notification, cx).await
    }

    fn get_info(&self) -> ServerConfig {
        Service::get_info(&self.handler)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Service::supported_protocol_versions(&self.handler)
    }
}
