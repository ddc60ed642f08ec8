//! Merging a pull request, beside `git merge`.

use std::time::Instant;

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::bench::agents::stage::{Stage, require_done, spawn};
use crate::bench::mcp::client::Client;
use crate::bench::options::Options;
use crate::bench::sample::Spread;
use crate::bench::table::table;
use crate::bench::tools::Tools;
use crate::output;

const MOST: u32 = 30;
const PERSON: [&str; 4] = ["-c", "user.name=Bench", "-c", "user.email=bench@example.invalid"];

/// What was measured, in microseconds.
pub(super) struct Merges {
    /// `git merge` in a checkout.
    git: Spread,
    /// The tool: the merge, the lead's checkout at it, the agent cleaned up.
    tool: Spread,
    /// The same without the cleanup.
    kept: Spread,
}

/// Measures.
pub(super) fn run(tools: &Tools, options: &Options) -> Result<Option<Merges>> {
    output::step("merging, and doing it by hand");
    let (cleaned, kept) = (Stage::set(tools, "merges", "headless")?, Stage::set(tools, "kept", "headless")?);
    kept.configure("\n[project]\nclean_up_merged = false\n")?;
    let (mut lead, mut kept_lead) = (cleaned.lead()?, kept.lead()?);
    let (mut git, mut tool, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..options.runs.min(MOST) {
        git.push(by_hand(&cleaned, &format!("hand-{round}"))?);
        tool.push(merge(&cleaned, &mut lead, &format!("ours-{round}"))?);
        left.push(merge(&kept, &mut kept_lead, &format!("ours-{round}"))?);
    }
    lead.close()?;
    kept_lead.close()?;
    cleaned.leave()?;
    kept.leave()?;
    let all = [git, tool, left].map(|values| Spread::of(&values));
    let [Some(git), Some(tool), Some(kept)] = all else { return Ok(None) };
    Ok(Some(Merges { git, tool, kept }))
}

/// A branch with one commit, merged in the main checkout.
fn by_hand(stage: &Stage<'_>, name: &str) -> Result<u64> {
    let path = format!("{}-{name}", stage.dir);
    stage.command(&["git", "worktree", "add", "--quiet", "-b", name, &path]).read()?;
    commit(stage, &path, name)?;
    let begun = Instant::now();
    stage
        .command(&[&["git"], PERSON.as_slice(), &["merge", "--quiet", "--no-ff", "-m", name, name]].concat())
        .read()?;
    let took = u64::try_from(begun.elapsed().as_micros())?;
    stage.command(&["git", "worktree", "remove", &path]).read()?;
    Ok(took)
}

/// An agent's pull request, merged by the lead's tool.
fn merge(stage: &Stage<'_>, lead: &mut Client, name: &str) -> Result<u64> {
    require_done(&lead.ask("tools/call", spawn(name))?)?;
    commit(stage, stage.workspace(name).as_str(), name)?;
    let mut child = stage.sidecar(name)?;
    let filed = child.ask(
        "tools/call",
        json!({ "name": "file_pr", "arguments": { "title": name, "body": "one file more" } }),
    )?;
    require_done(&filed)?;
    child.close()?;
    let number = filed.pointer("/result/structuredContent/number").context("no number of a pull request")?;
    let begun = Instant::now();
    let merged = lead.ask(
        "tools/call",
        json!({ "name": "merge_pr", "arguments": { "pr_number": number, "strategy": "merge" } }),
    )?;
    let took = u64::try_from(begun.elapsed().as_micros())?;
    require_done(&merged)?;
    Ok(took)
}

fn commit(stage: &Stage<'_>, path: &str, name: &str) -> Result<()> {
    stage.command(&["sh", "-c", "echo work > \"$0/$1.txt\"", path, name]).read()?;
    stage.command(&["git", "-C", path, "add", "."]).read()?;
    let commit = ["-C", path, "commit", "--quiet", "-m", name];
    stage.command(&[&["git"], PERSON.as_slice(), &commit].concat()).read()?;
    Ok(())
}

/// The section of the report.
pub(super) fn section(merges: Option<&Merges>) -> String {
    let title = "### Merging one commit";
    let Some(merges) = merges else { return format!("{title}\n\nNothing was measured.") };
    let row = |name: &str, spread: Spread| {
        vec![
            name.to_owned(),
            format!("{:.1}", spread.p50 / 1000.0),
            format!("{:.1}", spread.p99 / 1000.0),
            format!("{:.2}x", spread.p50 / merges.git.p50),
        ]
    };
    let rows = [
        row("`git merge --no-ff`", merges.git),
        row("`merge_pr`, the agent is kept", merges.kept),
        row("`merge_pr`, and the agent is ended and its workspace removed", merges.tool),
    ];
    format!("{title}\n\n{}", table(&["what", "p50 ms", "p99", "/ git"], &rows))
}
