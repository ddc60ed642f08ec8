//! Gemini CLI.

use camino::Utf8PathBuf;
use serde_json::json;

use super::{Client, KEY};
use crate::model::FakeModel;
use crate::process::Run;
use crate::project::Project;

/// One version of Gemini CLI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gemini {
    /// Its main script, which `node` runs.
    pub script: Utf8PathBuf,
}

impl Client for Gemini {
    fn prepare(&self, project: &Project) {
        project.install_script("gemini", &format!("exec node '{}' \"$@\"", self.script));
        let settings = json!({
            "security": {"auth": {"selectedType": "gemini-api-key"}},
            "general": {"enableAutoUpdate": false, "enableAutoUpdateNotification": false},
            "privacy": {"usageStatisticsEnabled": false},
            "telemetry": {"enabled": false},
            "ide": {"enabled": false},
        });
        project.write_home(".gemini/settings.json", &settings.to_string());
    }

    fn command(&self, project: &Project, model: &FakeModel) -> Run {
        project
            .run("gemini")
            .env("GOOGLE_GEMINI_BASE_URL", model.url())
            .env("GEMINI_API_KEY", KEY)
            // Without a model of its own it asks a router first.
            .env("GEMINI_MODEL", "gemini-2.5-flash")
            .env("GEMINI_CLI_TRUST_WORKSPACE", "true")
            .env("GEMINI_CLI_NO_RELAUNCH", "true")
            .env("NO_BROWSER", "true")
    }
}
