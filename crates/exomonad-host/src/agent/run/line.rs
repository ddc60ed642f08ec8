//! The command line of one start of a harness, and the files that it reads.

use camino::{Utf8Path, Utf8PathBuf};

use super::RunError;
use super::template::{Values, fill};
use crate::agent::{AgentFiles, AgentName, Conversation, Launch, Permissions, Site, write_own_files};
use crate::harness::{Harness, LaunchFacts, LaunchLine, SettingsFacts};
use crate::store::AgentRow;
use crate::surroundings::Surroundings;

/// How a harness is started now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The program and its arguments.
    pub(super) argv: Vec<String>,
    /// Variables of the harness.
    pub(super) env: Vec<(String, String)>,
    /// Where it starts.
    pub(super) dir: Utf8PathBuf,
    /// A word for the conversation that it begins with.
    pub(super) conversation: &'static str,
}

/// An agent's own files.
pub(super) fn files(site: &Site, name: &AgentName) -> AgentFiles {
    AgentFiles::new(&site.repository.state_dir(), name)
}

/// Decides how the agent is started, and writes what its harness reads. `again`: it ran before. `inherited`: the
/// environment that the harness gets, but for what this decides.
pub(super) fn prepare(
    site: &Site,
    row: &AgentRow,
    again: bool,
    inherited: &Surroundings,
) -> Result<Line, RunError> {
    let mut launch = match site.store.spawn(&row.name)? {
        Some(spawn) => spawn.launch,
        None => of_the_lead(site, row),
    };
    let files = files(site, &row.name);
    let prompt = load_prompt(&files.prompt())?;
    let Ok(harness) = launch.harness.parse::<Harness>() else {
        return custom(site, row, &launch, prompt.as_deref().unwrap_or_default(), &files);
    };
    if again {
        launch.conversation = conversation(site, row, harness)?;
    }
    known(site, row, harness, Start { launch: &launch, prompt: prompt.as_deref(), files: &files, inherited })
}

/// The lead is started by its user and has no journal.
fn of_the_lead(site: &Site, row: &AgentRow) -> Launch {
    let role = site.config.agents.roles.get(&row.role);
    Launch {
        harness: row.harness.clone(),
        model: role.and_then(|role| role.model.clone()),
        permission_mode: None,
        permissions: Permissions::default(),
        dir: row.workspace.clone(),
        conversation: new_conversation(),
    }
}

/// The one it had, where its harness kept it; else a new one, since an id serves once.
fn conversation(site: &Site, row: &AgentRow, harness: Harness) -> Result<Conversation, RunError> {
    let session = site.store.latest_session(row.name.as_str())?;
    let kept = session.filter(|session| {
        let transcript = session.transcript.as_deref().filter(|path| !path.is_empty());
        session.harness == harness.name() && transcript.is_none_or(|path| Utf8Path::new(path).is_file())
    });
    Ok(kept.map_or_else(new_conversation, |session| Conversation::Resume { id: session.id }))
}

fn new_conversation() -> Conversation {
    Conversation::New { id: uuid::Uuid::new_v4().to_string() }
}

/// What is known of one start.
#[derive(Clone, Copy)]
struct Start<'a> {
    launch: &'a Launch,
    prompt: Option<&'a str>,
    files: &'a AgentFiles,
    inherited: &'a Surroundings,
}

fn known(site: &Site, row: &AgentRow, harness: Harness, start: Start<'_>) -> Result<Line, RunError> {
    let Start { launch, prompt, files, inherited } = start;
    let (prompt, conversation) = match &launch.conversation {
        Conversation::New { .. } => (prompt, "new"),
        Conversation::Fork { .. } => (prompt, "fork"),
        Conversation::Resume { .. } => (None, "resume"),
    };
    let root = &site.repository.root;
    let settings =
        SettingsFacts { exe: site.surroundings.exe.clone(), version: None, project_root: root.clone() };
    let facts = LaunchFacts {
        agent: row.name.as_str(),
        launch,
        workspace: &row.workspace,
        settings: &settings,
        surroundings: inherited,
        files: &files.dir,
        prompt,
        prompt_file: &files.prompt(),
        has_settings: row.workspace == *root,
        may_skip_permissions: site.config.agents.skip_permissions,
    };
    write_own_files(site, &row.workspace, &harness.launch_files(&facts)?)?;
    let LaunchLine { argv, env } = harness.launch_line(&facts)?;
    Ok(Line { argv, env, dir: launch.dir.clone(), conversation })
}

fn custom(
    site: &Site,
    row: &AgentRow,
    launch: &Launch,
    prompt: &str,
    files: &AgentFiles,
) -> Result<Line, RunError> {
    let name = &launch.harness;
    let command = site.config.agents.harnesses.get(name);
    let command = command.ok_or_else(|| RunError::NoHarness { name: name.clone() })?;
    let key = format!("harness.{name}.command");
    if !site.store.may_run(command, &key)? {
        return Err(RunError::Unapproved { name: name.clone(), command: command.argv.join(" ") });
    }
    let prompt_file = files.prompt();
    let values = Values {
        prompt,
        prompt_file: prompt_file.as_str(),
        agent: row.name.as_str(),
        workspace: row.workspace.as_str(),
        model: launch.model.as_deref().unwrap_or_default(),
    };
    let filled = command.argv.iter().map(|argument| fill(argument, &values));
    let argv =
        filled.collect::<Result<_, _>>().map_err(|why| RunError::Template { name: name.clone(), why })?;
    Ok(Line { argv, env: Vec::new(), dir: launch.dir.clone(), conversation: "new" })
}

fn load_prompt(path: &Utf8Path) -> Result<Option<String>, RunError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(RunError::Io { act: format!("read `{path}`"), source }),
    }
}
