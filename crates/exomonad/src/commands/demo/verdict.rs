//! Whether the demo kept every promise: what is missing is said in sentences, from the database, the transcripts and git.

use camino::Utf8PathBuf;
use exomonad_host::contract::messages::MessageState;
use exomonad_host::store::Store;

use super::stage::Stage;
use super::story::Story;

/// Who takes part.
const CHILDREN: [&str; 4] = ["docs", "docs.manual", "farewell", "greet"];

/// The most messages of one agent that are looked at.
const MESSAGES: u32 = 1000;

/// What did not come as it should.
pub(super) fn missing(stage: &Stage, store: &Store, story: &Story) -> anyhow::Result<Vec<String>> {
    let mut missing = agents(story);
    missing.extend(requests(story));
    missing.extend(messages(stage, store)?);
    missing.extend(left(stage, store)?);
    missing.extend(history(stage)?);
    Ok(missing)
}

fn agents(story: &Story) -> Vec<String> {
    let mut missing = Vec::new();
    let mut require = |is_so: bool, text: String| {
        if !is_so {
            missing.push(text);
        }
    };
    for name in CHILDREN {
        let deeds = story.agents.get(name).cloned().unwrap_or_default();
        require(deeds.parent.is_some(), format!("`{name}` was not spawned"));
        require(deeds.removed, format!("`{name}` was not cleaned up"));
    }
    for name in ["greet", "docs.manual"] {
        let denied = story.agents.get(name).map_or(0, |deeds| deeds.denied);
        require(denied == 1, format!("`{name}` was denied {denied} times, not once"));
    }
    let held = story.agents.get("greet").map_or(0, |deeds| deeds.held);
    require(held == 2, format!("the stop gate held `greet` {held} times, not twice"));
    let refused = story.agents.get("farewell").map_or(0, |deeds| deeds.refused);
    require(refused == 1, format!("work that nobody checked was refused {refused} times, not once"));
    let exit = story.agents.get("root").and_then(|deeds| deeds.exit.clone());
    let how = exit.as_deref().unwrap_or("not at all");
    require(how == "exit code 0", format!("the lead ended with: {how}"));
    missing
}

fn requests(story: &Story) -> Vec<String> {
    let mut missing = Vec::new();
    let mut authors: Vec<_> = story.requests.values().map(|request| request.author.as_str()).collect();
    authors.sort_unstable();
    if authors != CHILDREN {
        missing.push(format!("pull requests were filed by {authors:?}, not by {CHILDREN:?}"));
    }
    for (number, request) in &story.requests {
        if !request.merged {
            missing.push(format!("PR #{number} of `{}` was not merged", request.author));
        }
        let wanted = u32::from(request.author == "greet");
        if request.changes_requested != wanted {
            missing.push(format!(
                "PR #{number} of `{}` was sent back {} times, not {wanted}",
                request.author, request.changes_requested
            ));
        }
    }
    if story.conflicts != 1 {
        missing.push(format!("{} merges were told to conflict, not 1", story.conflicts));
    }
    missing
}

/// What the lead was sent was seen, and nobody was shown a message twice.
fn messages(stage: &Stage, store: &Store) -> anyhow::Result<Vec<String>> {
    let mut missing = Vec::new();
    let transcripts = transcripts(stage)?;
    for (_, message) in store.correspondence("root", 0, MESSAGES)? {
        let is_seen = matches!(message.state, MessageState::Seen | MessageState::Acked);
        if message.to == "root" && !is_seen {
            let state = message.state;
            missing.push(format!("message {} of `{}` to the lead is {state:?}", message.id, message.from));
        }
    }
    for agent in CHILDREN.iter().chain(&["root"]) {
        for (_, message) in store.correspondence(agent, 0, MESSAGES)? {
            let header = format!("#{}]", message.id);
            let shown: usize = transcripts.iter().map(|text| text.matches(&header).count()).sum();
            if message.to == *agent && shown > 1 {
                missing.push(format!("message {} was shown to `{agent}` {shown} times", message.id));
            }
        }
    }
    Ok(missing)
}

/// Everything that an agent was ever told.
fn transcripts(stage: &Stage) -> anyhow::Result<Vec<String>> {
    let mut texts = Vec::new();
    let mut dirs: Vec<Utf8PathBuf> = vec![stage.home().join(".claude/projects")];
    while let Some(dir) = dirs.pop() {
        for entry in dir.read_dir_utf8()? {
            let path = entry?.into_path();
            if path.is_dir() {
                dirs.push(path);
            } else {
                texts.push(std::fs::read_to_string(path)?);
            }
        }
    }
    Ok(texts)
}

/// Nothing of the children is left but their branches.
fn left(stage: &Stage, store: &Store) -> anyhow::Result<Vec<String>> {
    let mut missing = Vec::new();
    let agents = store.agents()?.into_iter().map(|row| row.name.to_string());
    let agents: Vec<_> = agents.filter(|name| name != "root").collect();
    if !agents.is_empty() {
        missing.push(format!("these agents are still there: {}", agents.join(", ")));
    }
    let worktrees = stage.git(&["worktree", "list"])?.lines().count();
    if worktrees != 1 {
        missing.push(format!("git knows {worktrees} worktrees, not only the main checkout"));
    }
    Ok(missing)
}

/// Everything is merged, the check passes, and the lead's checkout follows.
fn history(stage: &Stage) -> anyhow::Result<Vec<String>> {
    let mut missing = Vec::new();
    let status = stage.git(&["status", "--porcelain"])?;
    if !status.is_empty() {
        missing.push(format!("the main checkout is not clean: {}", status.trim().replace('\n', ", ")));
    }
    let files = stage.git(&["ls-tree", "-r", "--name-only", "main"])?;
    for file in ["commands/greet.sh", "commands/farewell.sh", "docs/manual.md"] {
        if !files.lines().any(|line| line == file) {
            missing.push(format!("`{file}` is not on `main`"));
        }
    }
    let menu = stage.git(&["show", "main:menu.txt"])?;
    if menu != "help\ngreet\nfarewell\n" {
        missing.push(format!("the menu has: {}", menu.trim().replace('\n', ", ")));
    }
    if !stage.succeeds("sh", &["check.sh"])? {
        missing.push("`sh check.sh` fails in the main checkout".to_owned());
    }
    Ok(missing)
}
