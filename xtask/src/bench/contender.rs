//! Who is measured.

use anyhow::{Result, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::project::Project;
use super::tools::{Tools, system_program};
use crate::process::Cmd;

/// What part a contender plays in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A program that does nothing: what starting a process costs.
    Floor,
    /// Another program that does nothing.
    System,
    /// Our program, without a hook.
    Arguments,
    /// The guest lets a tool through.
    Allow,
    /// The guest denies.
    Deny,
    /// The guest is not asked.
    Unasked,
    /// What people write today.
    Script,
}

/// A command that is measured.
#[derive(Debug)]
pub(super) struct Contender {
    pub(super) part: Part,
    pub(super) name: String,
    pub(super) dir: Utf8PathBuf,
    pub(super) payload: Utf8PathBuf,
    pub(super) command: Vec<String>,
}

impl Contender {
    fn new(part: Part, name: &str, project: &Project, command: &[&str]) -> Self {
        let payload = match part {
            Part::Floor | Part::System | Part::Arguments | Part::Allow => &project.allowed,
            Part::Deny | Part::Script => &project.denied,
            Part::Unasked => &project.notification,
        };
        Self {
            part,
            name: name.to_owned(),
            dir: project.dir.clone(),
            payload: payload.clone(),
            command: command.iter().map(|&word| word.to_owned()).collect(),
        }
    }

    /// A program that does nothing.
    pub(super) fn floor(tools: &Tools, project: &Project) -> Self {
        Self::new(Part::Floor, "empty static Rust program", project, &[tools.floor.as_str()])
    }

    /// A hook of our program in `project`.
    pub(super) fn hook(part: Part, name: &str, tools: &Tools, project: &Project) -> Self {
        let event = if part == Part::Unasked { "notification" } else { "pre-tool-use" };
        Self::new(part, name, project, &[tools.exe.as_str(), "hook", event, "--harness", "claude"])
    }

    pub(super) fn words(&self) -> Vec<&str> {
        self.command.iter().map(String::as_str).collect()
    }

    /// Makes sure that it does what it is measured for. Also its warm-up.
    fn require_answer(&self, tools: &Tools) -> Result<()> {
        let answer = tools.answer(&self.dir, &self.payload, &self.words())?;
        let fits = match self.part {
            Part::Deny | Part::Script => {
                answer.contains(r#""permissionDecision":"deny""#)
                    || answer.contains(r#""permissionDecision": "deny""#)
            }
            Part::Arguments => answer.contains(env!("CARGO_PKG_VERSION")),
            Part::Floor | Part::System | Part::Allow | Part::Unasked => answer.is_empty(),
        };
        if !fits {
            bail!("`{}` gave another answer than the one it is measured for: {answer}", self.name);
        }
        Ok(())
    }
}

/// Everybody who can take part here, and a line for each who cannot.
pub(super) fn contenders(tools: &Tools, project: &Project) -> Result<(Vec<Contender>, Vec<String>)> {
    let ours = |part, name: &str| Contender::hook(part, name, tools, project);
    let mut contenders = vec![
        Contender::floor(tools, project),
        Contender::new(Part::System, "`true` of the system", project, &["/bin/true"]),
        Contender::new(Part::Arguments, "`exomonad --version`", project, &[tools.exe.as_str(), "--version"]),
        ours(Part::Unasked, "`exomonad hook notification`, guest not asked"),
        ours(Part::Allow, "`exomonad hook pre-tool-use`, guest lets through"),
        ours(Part::Deny, "`exomonad hook pre-tool-use`, guest denies"),
    ];
    let mut absent = Vec::new();
    for script in SCRIPTS {
        match script.contender(tools, project)? {
            Some(contender) => contenders.push(contender),
            None => absent.push(format!(
                "{} is not among the system's programs: not measured.",
                script.needs.join(" or ")
            )),
        }
    }
    for contender in &contenders {
        contender.require_answer(tools)?;
    }
    Ok((contenders, absent))
}

/// A hook as people write it, with the same rule.
struct Script {
    /// The programs it cannot do without; the first runs it.
    needs: &'static [&'static str],
    file: &'static str,
    text: &'static str,
}

const SCRIPTS: &[Script] = &[
    Script { needs: &["bash", "jq"], file: "deny.sh", text: include_str!("peers/deny.sh") },
    Script { needs: &["python3"], file: "deny.py", text: include_str!("peers/deny.py") },
    Script { needs: &["node"], file: "deny.cjs", text: include_str!("peers/deny.cjs") },
];

impl Script {
    fn contender(&self, tools: &Tools, project: &Project) -> Result<Option<Contender>> {
        let programs: Option<Vec<Utf8PathBuf>> = self.needs.iter().map(|name| system_program(name)).collect();
        let Some(programs) = programs else { return Ok(None) };
        let Some(runner) = programs.first() else { return Ok(None) };
        let versions =
            programs.iter().map(|program| version(&tools.dir, program)).collect::<Result<Vec<_>>>()?;
        let file = tools.file(self.file, self.text)?;
        let name = format!("script: {}", versions.join(" + "));
        Ok(Some(Contender::new(Part::Script, &name, project, &[runner.as_str(), file.as_str()])))
    }
}

/// A program and its version, in few words.
fn version(dir: &Utf8Path, program: &Utf8Path) -> Result<String> {
    let text = Cmd::new(dir, program.as_str(), ["--version"]).read()?;
    let first = text.lines().next().unwrap_or_default();
    let number = first
        .split([' ', '-', '('])
        .find(|word| word.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit()));
    Ok(format!("`{program}` {}", number.unwrap_or(first)))
}
