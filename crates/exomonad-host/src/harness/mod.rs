//! The coding-agent programs. The only place that knows their wire.
