//! Sends spans to a collector, by the official exporter.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use camino::Utf8PathBuf;
use http::{HeaderMap, HeaderName, HeaderValue};
use hyper_rustls::HttpsConnectorBuilder;
use opentelemetry::InstrumentationScope;
use opentelemetry_http::hyper::HyperClient;
use opentelemetry_otlp::tonic_types::metadata::MetadataMap;
use opentelemetry_otlp::tonic_types::transport::{Certificate, ClientTlsConfig};
use opentelemetry_otlp::{
    ExporterBuildError, Protocol as TheirProtocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
    WithTonicConfig as _,
};
use opentelemetry_sdk::error::OTelSdkError;
use opentelemetry_sdk::trace::SpanExporter as _;
use tokio::runtime::{Builder, Runtime};

use super::settings::{Protocol, Settings, SettingsError};
use super::{Span, convert};

/// How much longer than it may take an exporter is waited for.
const LENIENCY: Duration = Duration::from_millis(500);

/// A connection to a collector.
#[derive(Debug)]
pub(super) struct Export {
    settings: Settings,
    headers: Vec<(String, String)>,
    runtime: Runtime,
    exporter: SpanExporter,
    scope: InstrumentationScope,
}

/// Why spans did not arrive, or may not have.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    #[error("failed to start an event loop")]
    Runtime(#[source] io::Error),
    #[error("failed to read `{path}`")]
    Certificate { path: Utf8PathBuf, source: io::Error },
    #[error("failed to find the machine's certificates")]
    Roots(#[source] io::Error),
    #[error("the header `{name}` is none")]
    Header { name: String },
    #[error("failed to set the exporter up")]
    Build(#[source] ExporterBuildError),
    #[error("the collector at {host} did not take the spans")]
    Send { host: String, source: OTelSdkError },
    #[error("the collector at {host} did not answer for {} ms", limit.as_millis())]
    Hung { host: String, limit: Duration },
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    #[error("failed to read `{path}`")]
    Secrets { path: Utf8PathBuf, source: io::Error },
    #[error("`{path}` can be read by others")]
    OpenSecrets { path: Utf8PathBuf },
}

impl Export {
    pub(super) fn new(settings: &Settings, headers: &[(String, String)]) -> Result<Self, ExportError> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(ExportError::Runtime)?;
        // What it is built of wants to know in which event loop it will be.
        let entered = runtime.enter();
        let mut exporter = match settings.protocol {
            Protocol::Grpc => grpc(settings, headers)?,
            Protocol::Http => http(settings, headers)?,
        };
        drop(entered);
        exporter.set_resource(&convert::resource(settings));
        Ok(Self {
            settings: settings.clone(),
            headers: headers.to_vec(),
            runtime,
            exporter,
            scope: convert::scope(),
        })
    }

    /// Whether it goes there, with these headers.
    pub(super) fn goes_to(&self, settings: &Settings, headers: &[(String, String)]) -> bool {
        self.settings == *settings && self.headers == headers
    }

    /// Sends spans, and waits until the collector has them. `dropped` are those that it will never get.
    pub(super) fn send(&self, spans: Vec<Span>, dropped: u64) -> Result<(), ExportError> {
        let mut dropped = Some(dropped);
        let data = spans
            .into_iter()
            .map(|span| convert::span(span, &self.scope, dropped.take().unwrap_or_default()))
            .collect();
        let limit = self.settings.timeout() + LENIENCY;
        let sent = self.within(limit, self.exporter.export(data));
        let host = || self.settings.host();
        match sent {
            Some(Ok(())) => Ok(()),
            Some(Err(source)) => Err(ExportError::Send { host: host(), source }),
            None => Err(ExportError::Hung { host: host(), limit }),
        }
    }

    fn within<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        self.runtime.block_on(async { tokio::time::timeout(limit, work).await.ok() })
    }
}

fn grpc(settings: &Settings, headers: &[(String, String)]) -> Result<SpanExporter, ExportError> {
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(&settings.endpoint)
        .with_timeout(settings.timeout())
        .with_metadata(MetadataMap::from_headers(header_map(headers)?));
    if !settings.endpoint.starts_with("https:") {
        return exporter.build().map_err(ExportError::Build);
    }
    let mut tls = ClientTlsConfig::new().with_native_roots();
    if let Some(path) = &settings.certificate {
        let read = std::fs::read(path);
        let pem = read.map_err(|source| ExportError::Certificate { path: path.clone(), source })?;
        tls = tls.ca_certificate(Certificate::from_pem(pem));
    }
    exporter.with_tls_config(tls).build().map_err(ExportError::Build)
}

fn http(settings: &Settings, headers: &[(String, String)]) -> Result<SpanExporter, ExportError> {
    let _checked = header_map(headers)?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(TheirProtocol::HttpBinary)
        .with_endpoint(&settings.endpoint)
        .with_timeout(settings.timeout())
        .with_headers(headers.iter().cloned().collect::<HashMap<_, _>>());
    let exporter = if settings.endpoint.starts_with("https:") {
        let tls = HttpsConnectorBuilder::new().with_native_roots().map_err(ExportError::Roots)?;
        let connector = tls.https_or_http().enable_http1().build();
        exporter.with_http_client(HyperClient::new(connector, settings.timeout(), None))
    } else {
        exporter.with_http_client(HyperClient::with_default_connector(settings.timeout(), None))
    };
    exporter.build().map_err(ExportError::Build)
}

fn header_map(headers: &[(String, String)]) -> Result<HeaderMap, ExportError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let key = name.to_lowercase().parse::<HeaderName>();
        let (Ok(key), Ok(value)) = (key, HeaderValue::from_str(value)) else {
            return Err(ExportError::Header { name: name.clone() });
        };
        map.insert(key, value);
    }
    Ok(map)
}
