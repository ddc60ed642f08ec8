//! Every hook of a turn, in a session: its sidecar has the database open, so that no hook has to find out by itself what the
//! write-ahead log holds.

use anyhow::Result;
use serde_json::{Value, json};

use super::contender::{Contender, Part};
use super::instructions;
use super::mcp::client::{Client, Era};
use super::project::Project;
use super::race::Race;
use super::sample::real;
use super::table::table;
use super::tools::system_program;
use crate::output;

/// Measures, and writes the section of the report.
pub(super) fn measure(race: &Race<'_>) -> Result<String> {
    output::step("the hooks of a turn, beside a sidecar");
    let project = Project::create_without_rules(race.tools, "turn")?;
    let mut contenders = vec![Contender::floor(race.tools, &project)];
    for (event, name, more) in hooks(&project) {
        contenders.push(contender(race, &project, event, name, more)?);
    }
    let server = [race.tools.exe.to_string(), "mcp-stdio".to_owned()];
    let (sidecar, _) = Client::start(&project.dir, &server, Era::Initialize)?;
    for contender in &contenders {
        race.tools.answer(&contender.dir, &contender.payload, &contender.words())?;
    }
    let figures = race.run(&contenders)?;
    let valgrind = system_program("valgrind");
    let mut rows = Vec::new();
    for (contender, of) in contenders.iter().zip(&figures) {
        let floor = figures.first().unwrap_or(of);
        let counted = valgrind.as_ref().map(|path| instructions::of(race.tools, contender, path.as_str()));
        rows.push(vec![
            contender.name.clone(),
            format!("{:.2}", of.wall_p50),
            format!("{:.2}", of.processor_p50),
            format!("{:.1}x", of.wall_p50 / floor.wall_p50),
            format!("{:.1}x", of.processor_p50 / floor.processor_p50),
            counted_words(counted),
        ]);
    }
    sidecar.close()?;
    let heading =
        ["hook", "wall p50 ms", "CPU p50 ms", "wall / floor", "CPU / floor", "million instructions"];
    Ok(format!("### The hooks of a turn, beside the session's sidecar\n\n{}", table(&heading, &rows)))
}

/// Counting takes a busy machine longer than a hook has.
fn counted_words(counted: Option<Result<u64>>) -> String {
    match counted {
        Some(Ok(count)) => format!("{:.2}", real(count) / 1e6),
        Some(Err(err)) => {
            output::step(&format!("not counted: {err:#}"));
            "not counted".to_owned()
        }
        None => "not counted".to_owned(),
    }
}

/// The event on the command line, the one in the question, and what else is asked.
fn hooks(project: &Project) -> [(&'static str, &'static str, Value); 5] {
    let file = project.dir.join("src/lib.rs");
    let read = json!({ "tool_name": "Read", "tool_input": { "file_path": file }, "tool_use_id": "toolu_01" });
    let shell = json!({
        "tool_name": "Bash",
        "tool_input": { "command": "git status --short && ls src", "description": "What the bench asks" },
        "tool_use_id": "toolu_02",
    });
    let mut done = shell.clone();
    if let Some(done) = done.as_object_mut() {
        done.insert("tool_response".to_owned(), json!({ "stdout": "", "stderr": "", "interrupted": false }));
    }
    [
        ("user-prompt-submit", "UserPromptSubmit", json!({ "prompt": "go on" })),
        ("pre-tool-use", "PreToolUse", read),
        ("pre-tool-use", "PreToolUse", shell),
        ("post-tool-use", "PostToolUse", done),
        ("stop", "Stop", json!({ "stop_hook_active": false, "last_assistant_message": "" })),
    ]
}

fn contender(race: &Race<'_>, project: &Project, event: &str, name: &str, more: Value) -> Result<Contender> {
    let mut question = json!({
        "session_id": "5f0c2a4e-8d7b-4c1a-9e3f-2b6d8a1c0e57",
        "transcript_path": "/nowhere/transcript.jsonl",
        "cwd": project.dir,
        "permission_mode": "default",
        "hook_event_name": name,
    });
    let tool = more.get("tool_name").and_then(Value::as_str).map(str::to_owned);
    if let (Some(question), Value::Object(more)) = (question.as_object_mut(), more) {
        question.extend(more);
    }
    let file = format!("turn-{event}-{}.json", tool.as_deref().unwrap_or("none"));
    let name = match tool {
        Some(tool) => format!("`{event}` of `{tool}`"),
        None => format!("`{event}`"),
    };
    let command = [race.tools.exe.as_str(), "hook", event, "--harness", "claude"];
    Ok(Contender {
        part: Part::Unasked,
        name,
        dir: project.dir.clone(),
        payload: race.tools.file(&file, &question.to_string())?,
        command: command.map(str::to_owned).into(),
    })
}
