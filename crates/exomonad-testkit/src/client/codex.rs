//! Codex CLI.

use camino::Utf8PathBuf;

use super::{Client, KEY};
use crate::model::FakeModel;
use crate::process::Run;
use crate::project::Project;

/// The variable that tells where the model is.
const MODEL_URL: &str = "SCRIPTED_MODEL_URL";

/// One version of Codex CLI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codex {
    /// Its executable.
    pub binary: Utf8PathBuf,
}

impl Client for Codex {
    fn prepare(&self, project: &Project) {
        // Its configuration reads no variables, so the model's address becomes an argument here.
        let provider = format!("model_providers.scripted.base_url='${MODEL_URL}/v1'");
        project.install_script("codex", &format!("exec '{}' --config \"{provider}\" \"$@\"", self.binary));
        project.write_home(".codex/config.toml", &configuration(project));
    }

    fn environment(&self, model: &FakeModel) -> Vec<(&'static str, String)> {
        vec![(MODEL_URL, model.url()), ("SCRIPTED_MODEL_KEY", KEY.to_owned())]
    }

    fn command(&self, project: &Project, model: &FakeModel) -> Run {
        let run = project.run("codex");
        let run = self.environment(model).into_iter().fold(run, |run, (name, value)| run.env(name, value));
        run.arg("exec")
    }

    fn prompted(&self, run: Run, prompt: &str) -> Run {
        run.arg(prompt)
    }
}

/// A project of a test lies in the directory for temporary files, which Codex lets every command write: not here.
fn configuration(project: &Project) -> String {
    format!(
        r#"model = "scripted"
model_provider = "scripted"
check_for_update_on_startup = false

[model_providers.scripted]
name = "scripted"
env_key = "SCRIPTED_MODEL_KEY"
wire_api = "responses"

[analytics]
enabled = false

[features]
plugins = false

[sandbox_workspace_write]
exclude_slash_tmp = true
exclude_tmpdir_env_var = true

[projects."{}"]
trust_level = "trusted"
"#,
        project.dir()
    )
}
