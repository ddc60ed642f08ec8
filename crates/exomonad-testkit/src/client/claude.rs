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

    fn environment(&self, model: &FakeModel) -> Vec<(&'static str, String)> {
        let switches = [
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
            "CLAUDE_CODE_IDE_SKIP_AUTO_INSTALL",
            "DISABLE_AUTOUPDATER",
            "DISABLE_BUG_COMMAND",
            "DISABLE_ERROR_REPORTING",
            "DISABLE_TELEMETRY",
        ];
        let mut environment =
            vec![("ANTHROPIC_BASE_URL", model.url()), ("ANTHROPIC_API_KEY", KEY.to_owned())];
        environment.extend(switches.map(|switch| (switch, "1".to_owned())));
        environment
    }

    fn command(&self, project: &Project, model: &FakeModel) -> Run {
        let run = project.run("claude");
        let run = self.environment(model).into_iter().fold(run, |run, (name, value)| run.env(name, value));
        // The newer default lets a classifier decide what the user would be asked.
        run.args(["--permission-mode", "default"])
    }
}
