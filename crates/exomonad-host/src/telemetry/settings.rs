//! Where spans go: what OpenTelemetry's variables say of it.
//!
//! Coding agents take these variables from what they start (Claude Code 2.1.329 removes every `OTEL_*`), so the lead's launcher
//! and `exomonad init` keep in the database what they see: everything but the headers, which may be secret.

use std::collections::HashMap;
use std::time::Duration;

use camino::Utf8PathBuf;
use http::Uri;
use serde::{Deserialize, Serialize};

use super::pairs::{self, pairs};
use crate::surroundings::Surroundings;

const ENDPOINTS: [&str; 3] = [
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    // What exomonad knew before it knew the standard ones.
    "OTLP_ENDPOINT",
];
const HEADERS: [&str; 3] =
    ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS", "OTLP_HEADERS"];
const PROTOCOLS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
const TIMEOUTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];
const CERTIFICATES: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"];
const COMPRESSIONS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"];

/// How long a collector may take, in milliseconds, unless the user says otherwise: OTLP's own default.
const TIMEOUT_MS: u64 = 10_000;

/// The most that a user may allow it, in milliseconds.
const MAX_TIMEOUT_MS: u64 = 60_000;

/// Where spans go. Holds no secret: it is kept in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The collector's address; for HTTP with its path.
    pub endpoint: String,
    /// What it speaks.
    pub protocol: Protocol,
    /// How long it may take, in milliseconds.
    pub timeout_ms: u64,
    /// Whose word counts for who it is, beside the machine's: a file in PEM.
    pub certificate: Option<Utf8PathBuf>,
    /// What the user calls us.
    pub service: String,
    /// What else the user says of us.
    pub resource: Vec<(String, String)>,
    /// Whether its user gave it headers.
    pub has_headers: bool,
}

/// What a collector speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Protocol {
    /// OTLP over gRPC.
    #[serde(rename = "grpc")]
    Grpc,
    /// OTLP over HTTP, in protocol buffers.
    #[serde(rename = "http/protobuf")]
    Http,
}

impl Protocol {
    /// OpenTelemetry's word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Http => "http/protobuf",
        }
    }
}

/// What an environment says of telemetry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Nothing.
    Silent,
    /// It is off.
    Off,
    /// It is on.
    On(Settings),
}

/// Why what an environment says cannot be done; nothing is exported then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The variable's value is none that we know.
    #[error("`{name}` is `{value}`, which exomonad does not have")]
    Unknown {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// The next step.
        hint: &'static str,
    },
    /// The variable's value is not what it should be; it may be a secret.
    #[error("`{name}` cannot be read")]
    Unreadable {
        /// The variable.
        name: &'static str,
        /// The next step.
        hint: &'static str,
    },
}

impl SettingsError {
    /// The next step.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unknown { hint, .. } | Self::Unreadable { hint, .. } => hint,
        }
    }
}

impl Wish {
    /// What an environment says.
    ///
    /// # Errors
    /// It says what we cannot do.
    pub fn of(surroundings: &Surroundings) -> Result<Self, SettingsError> {
        if surroundings.variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        {
            return Ok(Self::Off);
        }
        let exporter = surroundings.variable("OTEL_TRACES_EXPORTER");
        match exporter {
            None | Some("otlp") => {}
            Some("none") => return Ok(Self::Off),
            Some(value) => {
                return Err(SettingsError::Unknown {
                    name: "OTEL_TRACES_EXPORTER",
                    value: value.to_owned(),
                    hint: "it is `otlp` or `none`",
                });
            }
        }
        let endpoint = first(surroundings, &ENDPOINTS);
        if endpoint.is_none() && exporter.is_none() {
            return Ok(Self::Silent);
        }
        Ok(Self::On(settings(surroundings, endpoint)?))
    }
}

impl Settings {
    /// As the database has them.
    #[must_use]
    pub fn to_text(&self) -> String {
        // A struct of texts always has a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the database has; nothing when it makes no sense.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The collector's host and port.
    #[must_use]
    pub fn host(&self) -> String {
        let uri: Option<Uri> = self.endpoint.parse().ok();
        let authority = uri.as_ref().and_then(Uri::authority);
        authority.map_or_else(|| self.endpoint.clone(), ToString::to_string)
    }

    pub(super) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

/// The headers that go with every request: those in the environment, else those among the user's secrets.
pub(super) fn headers(
    surroundings: &Surroundings,
    secrets: &HashMap<String, String>,
) -> Result<Vec<(String, String)>, SettingsError> {
    let set = first(surroundings, &HEADERS);
    let kept = || HEADERS.into_iter().find_map(|name| Some((name, secrets.get(name)?.as_str())));
    let Some((name, text)) = set.or_else(kept) else { return Ok(Vec::new()) };
    let hint = "it is `name=value,name=value`, with what is not plain in percent-encoding";
    pairs(text).ok_or(SettingsError::Unreadable { name, hint })
}

fn settings(
    surroundings: &Surroundings,
    endpoint: Option<(&'static str, &str)>,
) -> Result<Settings, SettingsError> {
    let protocol = match first(surroundings, &PROTOCOLS) {
        None | Some((_, "http/protobuf")) => Protocol::Http,
        Some((_, "grpc")) => Protocol::Grpc,
        Some((name, value)) => {
            let hint =
                "set it to `grpc` or `http/protobuf`: collectors that take JSON take one of these, too";
            return Err(SettingsError::Unknown { name, value: value.to_owned(), hint });
        }
    };
    if let Some((name, value)) = first(surroundings, &COMPRESSIONS).filter(|(_, value)| *value != "none") {
        let hint = "unset it, or set it to `none`: spans are few";
        return Err(SettingsError::Unknown { name, value: value.to_owned(), hint });
    }
    let certificate = first(surroundings, &CERTIFICATES);
    if let (Some((name, _)), Protocol::Http) = (certificate, protocol) {
        let hint =
            "over HTTP the machine's certificates count, and those in SSL_CERT_FILE: set that, or use `grpc`";
        return Err(SettingsError::Unreadable { name, hint });
    }
    let (service, resource) = resource(surroundings)?;
    Ok(Settings {
        endpoint: address(endpoint, protocol)?,
        protocol,
        timeout_ms: timeout_ms(surroundings)?,
        certificate: certificate.map(|(_, path)| path.into()),
        service,
        resource,
        has_headers: first(surroundings, &HEADERS).is_some(),
    })
}

/// The collector's address. Of a variable for all signals it is the beginning; of the traces' own it is the whole.
fn address(endpoint: Option<(&'static str, &str)>, protocol: Protocol) -> Result<String, SettingsError> {
    let default = match protocol {
        Protocol::Grpc => "http://localhost:4317",
        Protocol::Http => "http://localhost:4318",
    };
    let (name, text) = endpoint.unwrap_or((ENDPOINTS[1], default));
    // A password in it would be kept in the database.
    let hint = "it is like `http://localhost:4318`; what is secret goes into OTEL_EXPORTER_OTLP_HEADERS";
    let wrong = || SettingsError::Unreadable { name, hint };
    let Ok(uri) = text.parse::<Uri>() else { return Err(wrong()) };
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    if !is_web || uri.authority().is_none_or(|authority| authority.as_str().contains('@')) {
        return Err(wrong());
    }
    let is_whole = name == ENDPOINTS[0];
    Ok(match protocol {
        Protocol::Http if !is_whole => format!("{}/v1/traces", text.trim_end_matches('/')),
        Protocol::Http | Protocol::Grpc => text.to_owned(),
    })
}

fn timeout_ms(surroundings: &Surroundings) -> Result<u64, SettingsError> {
    let Some((name, text)) = first(surroundings, &TIMEOUTS) else { return Ok(TIMEOUT_MS) };
    let hint = "it is a number of milliseconds";
    let told: Option<u64> = text.parse().ok();
    told.map(|told| told.clamp(1, MAX_TIMEOUT_MS)).ok_or(SettingsError::Unreadable { name, hint })
}

/// What the user calls us, and what else they say of us.
fn resource(surroundings: &Surroundings) -> Result<(String, Vec<(String, String)>), SettingsError> {
    let name = "OTEL_RESOURCE_ATTRIBUTES";
    let told = surroundings.variable(name).unwrap_or_default();
    let hint = "it is `name=value,name=value`, with what is not plain in percent-encoding";
    let mut resource = pairs(told).ok_or(SettingsError::Unreadable { name, hint })?;
    let among = pairs::take(&mut resource, "service.name");
    let service = surroundings.variable("OTEL_SERVICE_NAME").map(str::to_owned).or(among);
    Ok((service.unwrap_or_else(|| "exomonad".to_owned()), resource))
}

/// The first of these variables that is set.
fn first<'a>(surroundings: &'a Surroundings, names: &[&'static str]) -> Option<(&'static str, &'a str)> {
    names.iter().find_map(|name| Some((*name, surroundings.variable(name)?.trim())))
}

#[cfg(test)]
mod tests;
