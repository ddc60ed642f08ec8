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

    fn environment(&self, model: &FakeModel) -> Vec<(&'static str, String)> {
        vec![
            ("GOOGLE_GEMINI_BASE_URL", model.url()),
            ("GEMINI_API_KEY", KEY.to_owned()),
            // Without a model of its own it asks a router first.
            ("GEMINI_MODEL", "gemini-2.5-flash".to_owned()),
            ("GEMINI_CLI_NO_RELAUNCH", "true".to_owned()),
            ("NO_BROWSER", "true".to_owned()),
        ]
    }

    fn command(&self, project: &Project, model: &FakeModel) -> Run {
        let run = project.run("gemini").env("GEMINI_CLI_TRUST_WORKSPACE", "true");
        self.environment(model).into_iter().fold(run, |run, (name, value)| run.env(name, value))
    }
}
