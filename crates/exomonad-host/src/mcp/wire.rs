//! The guest's tools and results as MCP has them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rmcp::model::{
    CallToolResult, ContentBlock, JsonObject, MetaObject, ResourceContents, Tool, ToolAnnotations,
};

use crate::contract::{Content, EmbeddedResource, ResourceBody, ToolInfo, ToolOutput};
use crate::harness::tool_meta;
use crate::tool::CallError;

/// A tool as `tools/list` shows it.
pub(super) fn tool(info: &ToolInfo) -> Tool {
    let hints = &info.hints;
    let annotations = ToolAnnotations::with_title(info.title.clone())
        .read_only(hints.read_only)
        .destructive(hints.destructive)
        .idempotent(hints.idempotent)
        .open_world(hints.open_world);
    let mut tool = Tool::new(info.name.clone(), info.description.clone(), object(&info.input_schema))
        .with_title(info.title.clone())
        .with_annotations(annotations)
        .with_meta(MetaObject(tool_meta()));
    tool.output_schema = info.output_schema.as_deref().map(object);
    tool
}

/// What a tool returned.
pub(super) fn result(output: ToolOutput) -> CallToolResult {
    let mut result = CallToolResult::success(output.content.into_iter().map(block).collect());
    result.structured_content = output.structured.and_then(|text| serde_json::from_str(&text).ok());
    result
}

/// A failure that the model gets to read.
pub(super) fn failure(err: &CallError) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(err.explain())])
}

fn block(content: Content) -> ContentBlock {
    match content {
        Content::Text(text) => ContentBlock::text(text),
        Content::Image(media) => ContentBlock::image(BASE64.encode(media.data), media.mime_type),
        Content::Audio(media) => ContentBlock::audio(BASE64.encode(media.data), media.mime_type),
        Content::Embedded(resource) => ContentBlock::resource(contents(resource)),
    }
}

fn contents(resource: EmbeddedResource) -> ResourceContents {
    let contents = match resource.body {
        ResourceBody::Text(text) => ResourceContents::text(text, resource.uri),
        ResourceBody::Bytes(bytes) => ResourceContents::blob(BASE64.encode(bytes), resource.uri),
    };
    match resource.mime_type {
        Some(mime_type) => contents.with_mime_type(mime_type),
        None => contents,
    }
}

/// A guest's schema that is no object says nothing.
fn object(text: &str) -> Arc<JsonObject> {
    Arc::new(serde_json::from_str(text).unwrap_or_default())
}
