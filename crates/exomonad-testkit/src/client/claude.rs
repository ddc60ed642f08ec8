//! Claude Code.

use camino::Utf8PathBuf;
use serde_json::json;

use super::{Client, KEY};
use crate::model::FakeModel;
use crate::process::Run;
use crate::project::Project;

/// One version of Claude Code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claude {
    /// Its executable.
    pub binary: Utf8PathBuf,
}

impl Client for Claude {
    fn prepare(&self, project: &Project) {
        project.install_script("claude", &format!("exec '{}' \"$@\"", self.binary));
        let trusted = json!({"hasTrustDialogAccepted": true, "hasCompletedProjectOnboarding": true});
        let state = json!({
            "hasCompletedOnboarding": true,
            "theme": "dark",
            "numStartups": 1,
            "autoUpdates": false,
            "customApiKeyResponses": {"approved": [KEY], "rejected": []},
            "projects": {project.dir().as_str(): trusted},
        });
        project.write_home(".claude.json", &state.to_string());
    }

    fn command(&self, project: &Project, model: &FakeModel) -> Run {
        project
            .run("claude")
            .env("ANTHROPIC_BASE_URL", model.url())
            .env("ANTHROPIC_API_KEY", KEY)
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
            .env("CLAUDE_CODE_IDE_SKIP_AUTO_INSTALL", "1")
            .env("DISABLE_AUTOUPDATER", "1")
            .env("DISABLE_BUG_COMMAND", "1")
            .env("DISABLE_ERROR_REPORTING", "1")
            .env("DISABLE_TELEMETRY", "1")
            // The newer default lets a classifier decide what the user would be asked.
            .args(["--permission-mode", "default"])
    }
}
