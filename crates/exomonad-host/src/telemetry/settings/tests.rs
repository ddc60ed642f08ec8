//! What the variables mean.

use std::collections::HashMap;

use super::{Protocol, Settings, SettingsError, Wish, headers};
use crate::surroundings::Surroundings;

fn surroundings(variables: &[(&str, &str)]) -> Surroundings {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Surroundings { variables: variables.collect(), ..Surroundings::default() }
}

#[track_caller]
fn on(variables: &[(&str, &str)]) -> Settings {
    match Wish::of(&surroundings(variables)) {
        Ok(Wish::On(settings)) => settings,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused(variables: &[(&str, &str)]) -> SettingsError {
    Wish::of(&surroundings(variables)).unwrap_err()
}

#[test]
fn without_an_endpoint_nothing_is_said() {
    for variables in [&[][..], &[("OTEL_SERVICE_NAME", "x")], &[("OTEL_EXPORTER_OTLP_ENDPOINT", "")]] {
        assert_eq!(Wish::of(&surroundings(variables)), Ok(Wish::Silent), "{variables:?}");
    }
}

#[test]
fn a_user_can_say_no() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318");
    for no in [("OTEL_SDK_DISABLED", "true"), ("OTEL_SDK_DISABLED", "TRUE"), ("OTEL_TRACES_EXPORTER", "none")]
    {
        assert_eq!(Wish::of(&surroundings(&[endpoint, no])), Ok(Wish::Off), "{no:?}");
    }
    assert_eq!(on(&[endpoint, ("OTEL_SDK_DISABLED", "1")]).host(), "c:4318", "only `true` disables");
}

#[test]
fn an_endpoint_for_all_signals_gets_the_path_of_traces_and_their_own_does_not() {
    let address = |name: &str, value: &str| on(&[(name, value)]).endpoint;
    assert_eq!(address("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318/"), "http://c:4318/v1/traces");
    assert_eq!(address("OTEL_EXPORTER_OTLP_ENDPOINT", "https://c/otlp"), "https://c/otlp/v1/traces");
    assert_eq!(address("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c:4318/x"), "http://c:4318/x");
    assert_eq!(address("OTLP_ENDPOINT", "http://c:4318"), "http://c:4318/v1/traces");
    assert_eq!(address("OTEL_TRACES_EXPORTER", "otlp"), "http://localhost:4318/v1/traces");
    let grpc = on(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:1"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c:4317"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTLP_ENDPOINT", "http://old:1"),
    ]);
    assert_eq!((grpc.endpoint.as_str(), grpc.protocol), ("http://c:4317", Protocol::Grpc));
}

#[test]
fn what_is_said_of_us_is_kept() {
    let settings = on(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4317"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20secret"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.name=among,deployment.environment.name=ci%20box"),
    ]);
    let expect = Settings {
        endpoint: "http://c:4317".to_owned(),
        protocol: Protocol::Grpc,
        timeout_ms: 2500,
        certificate: Some("/ca.pem".into()),
        service: "among".to_owned(),
        resource: vec![("deployment.environment.name".to_owned(), "ci box".to_owned())],
        has_headers: true,
    };
    assert_eq!(settings, expect);
    assert_eq!(Settings::from_text(&settings.to_text()), Some(expect));
    assert!(!settings.to_text().contains("secret"), "headers are not kept");
}

#[test]
fn what_cannot_be_done_is_said_and_not_done_otherwise() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318");
    let check = |variable: (&str, &str), message: &str| {
        let err = refused(&[endpoint, variable]);
        assert_eq!(err.to_string(), message);
        assert!(!err.hint().is_empty());
    };
    check(
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
        "`OTEL_EXPORTER_OTLP_PROTOCOL` is `http/json`, which exomonad does not have",
    );
    check(
        ("OTEL_TRACES_EXPORTER", "console"),
        "`OTEL_TRACES_EXPORTER` is `console`, which exomonad does not have",
    );
    check(
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        "`OTEL_EXPORTER_OTLP_COMPRESSION` is `gzip`, which exomonad does not have",
    );
    check(("OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca"), "`OTEL_EXPORTER_OTLP_CERTIFICATE` cannot be read");
    check(("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"), "`OTEL_EXPORTER_OTLP_TIMEOUT` cannot be read");
    check(("OTEL_RESOURCE_ATTRIBUTES", "x"), "`OTEL_RESOURCE_ATTRIBUTES` cannot be read");
    for wrong in ["collector:4317", "ftp://c", "/v1/traces", "http://user:secret@c:4318", "http://"] {
        let err = refused(&[("OTEL_EXPORTER_OTLP_ENDPOINT", wrong)]);
        assert_eq!(err.to_string(), "`OTEL_EXPORTER_OTLP_ENDPOINT` cannot be read", "{wrong}");
    }
}

#[test]
fn headers_come_from_the_environment_else_from_the_users_secrets() {
    let secrets = HashMap::from([("OTEL_EXPORTER_OTLP_HEADERS".to_owned(), "k=kept".to_owned())]);
    let set = surroundings(&[("OTLP_HEADERS", "k=set")]);
    let pair = |value: &str| vec![("k".to_owned(), value.to_owned())];
    assert_eq!(headers(&set, &secrets), Ok(pair("set")));
    assert_eq!(headers(&surroundings(&[]), &secrets), Ok(pair("kept")));
    assert_eq!(headers(&surroundings(&[]), &HashMap::new()), Ok(Vec::new()));
    let wrong = headers(&surroundings(&[("OTLP_HEADERS", "tok")]), &secrets).unwrap_err();
    assert_eq!(wrong.to_string(), "`OTLP_HEADERS` cannot be read", "its value stays unsaid");
}
