//! The developers: each adds one thing, and each makes a mistake of its own first.

use anyhow::{Context as _, bail};
use exomonad_host::store::Sender;
use serde_json::{Value, json};

use super::agent::{Agent, Done};
use super::news::{Message, News};
use super::{Next, Part};

/// The command that must have passed; the demo's project says so.
const CHECK: &str = "sh check.sh";

/// A file, and what is written into it.
type File = (&'static str, &'static str);

/// What a developer does and should not.
#[derive(Debug, Clone, Copy)]
enum Sin {
    /// Runs a command that the project's rules deny.
    Command(&'static str),
    /// Writes a file that the guard keeps.
    Write(File),
}

/// How a developer goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Stops before anything is committed.
    Forgetful,
    /// Files its work before it has checked it.
    Hasty,
    /// Checks, commits, files, reports.
    Careful,
}

/// What a developer is there for.
#[derive(Debug)]
struct Job {
    /// How its task begins.
    task: &'static str,
    title: &'static str,
    sin: Option<Sin>,
    /// What it asks its parent before it begins.
    question: Option<&'static str>,
    manner: Manner,
    files: &'static [File],
    /// What it writes when its reviewer asks for a change.
    better: &'static [File],
    /// What it makes of the files that conflict.
    merged: &'static [File],
}

const GREET: Job = Job {
    task: "Add the command `greet`",
    title: "Add the command greet",
    sin: Some(Sin::Command("git push --force origin HEAD:main")),
    question: None,
    manner: Manner::Forgetful,
    files: &[("commands/greet.sh", "echo \"Hello!\"\n"), ("menu.txt", "help\ngreet\n")],
    better: &[("commands/greet.sh", "echo \"Hello, ${1:-world}!\"\n")],
    merged: &[],
};

const FAREWELL: Job = Job {
    task: "Add the command `farewell`",
    title: "Add the command farewell",
    sin: None,
    question: Some("Shall `farewell` take a name, as `greet` does?"),
    manner: Manner::Hasty,
    files: &[("commands/farewell.sh", "echo \"Goodbye, ${1:-world}!\"\n"), ("menu.txt", "help\nfarewell\n")],
    better: &[],
    merged: &[("menu.txt", "help\ngreet\nfarewell\n")],
};

const MANUAL: Job = Job {
    task: "Write the manual",
    title: "Write the manual",
    sin: Some(Sin::Write((".exomonad/config.local.toml", "[agents]\nskip_permissions = true\n"))),
    question: None,
    manner: Manner::Careful,
    files: &[(
        "docs/manual.md",
        "# Manual\n\n`menu.txt` lists the commands; `sh commands/NAME.sh` runs one.\n",
    )],
    better: &[],
    merged: &[],
};

/// A developer at work.
pub(super) struct Leaf {
    job: &'static Job,
    begun: bool,
    wrote: bool,
    filed: Option<u64>,
}

impl Leaf {
    pub(super) fn greet() -> Self {
        Self::new(&GREET)
    }

    pub(super) fn farewell() -> Self {
        Self::new(&FAREWELL)
    }

    pub(super) fn manual() -> Self {
        Self::new(&MANUAL)
    }

    fn new(job: &'static Job) -> Self {
        Self { job, begun: false, wrote: false, filed: None }
    }

    fn begin(&mut self, agent: &mut Agent<'_>) -> anyhow::Result<()> {
        self.begun = true;
        self.sin(agent)?;
        match self.job.question {
            Some(question) => {
                agent
                    .call("send_message", json!({"to": "parent", "message": question}))?
                    .require("asking")?;
                Ok(())
            }
            None => self.work(agent),
        }
    }

    /// Tries what it should not; that it can is the end of the demo.
    fn sin(&self, agent: &mut Agent<'_>) -> anyhow::Result<()> {
        let (what, done) = match self.job.sin {
            None => return Ok(()),
            Some(Sin::Command(command)) => (command, agent.shell(command)?),
            Some(Sin::Write((path, text))) => (path, agent.write_file(path, text)?),
        };
        match done {
            Done::Refused(_) => Ok(()),
            Done::Well(..) | Done::Badly(_) => bail!("nobody stopped `{what}`"),
        }
    }

    fn work(&mut self, agent: &mut Agent<'_>) -> anyhow::Result<()> {
        self.wrote = true;
        write(agent, self.job.files)?;
        match self.job.manner {
            Manner::Forgetful => agent.say("That should be all."),
            Manner::Hasty => {
                commit(agent, self.job.title)?;
                match self.file(agent)? {
                    Done::Well(..) => bail!("work that nobody checked was filed"),
                    Done::Badly(_) | Done::Refused(_) => self.deliver(agent),
                }
            }
            Manner::Careful => {
                commit(agent, self.job.title)?;
                self.deliver(agent)
            }
        }
    }

    /// Checks what is committed, files it, and reports.
    fn deliver(&mut self, agent: &mut Agent<'_>) -> anyhow::Result<()> {
        agent.shell(CHECK)?.require("the check")?;
        let (_, filed) = self.file(agent)?.require("filing the work")?;
        let number = filed.get("number").and_then(Value::as_u64);
        let number = number.with_context(|| format!("the filed work has no number: {filed}"))?;
        self.filed = Some(number);
        let report = json!({
            "status": "success", "message": format!("{}: ready.", self.job.title), "pr_number": number,
            "tasks_completed": [{"what": self.job.title, "how": CHECK}],
        });
        agent.call("notify_parent", report)?.require("the report")?;
        Ok(())
    }

    fn file(&self, agent: &mut Agent<'_>) -> anyhow::Result<Done> {
        let body = format!("{}.\n\nChecked with `{CHECK}`.", self.job.title);
        agent.call("file_pr", json!({"title": self.job.title, "body": body}))
    }

    /// May not stop yet: what is not committed is committed, and what is not filed is filed.
    fn held(&mut self, agent: &mut Agent<'_>, reason: &str) -> anyhow::Result<()> {
        if is_dirty(agent)? {
            return commit(agent, self.job.title);
        }
        if self.filed.is_none() {
            return self.deliver(agent);
        }
        bail!("it is held though everything is committed and filed: {reason}")
    }

    fn hear(&mut self, agent: &mut Agent<'_>, message: &Message) -> anyhow::Result<()> {
        if !self.begun {
            return Ok(());
        }
        if !self.wrote {
            return self.work(agent);
        }
        if is_sent_back(message) {
            return self.merge(agent);
        }
        if message.body.contains("Changes are requested")
            && self.filed.is_some()
            && !self.job.better.is_empty()
        {
            write(agent, self.job.better)?;
            commit(agent, "Do as the review says")?;
            return self.deliver(agent);
        }
        agent.say(&format!("{} wrote: {}", message.from, message.body.trim()))
    }

    /// Brings the base in, and settles what both changed.
    fn merge(&self, agent: &mut Agent<'_>) -> anyhow::Result<()> {
        match agent.shell("git merge --no-edit main")? {
            Done::Badly(_) => {}
            Done::Well(..) => bail!("the merge that conflicts did not conflict here"),
            Done::Refused(reason) => bail!("the merge was denied: {reason}"),
        }
        let (paths, _) =
            agent.shell("git diff --name-only --diff-filter=U")?.require("looking for conflicts")?;
        for path in paths.lines() {
            let merged = self.job.merged.iter().find(|(known, _)| *known == path);
            let file = merged.with_context(|| format!("nobody expected a conflict in `{path}`"))?;
            write(agent, std::slice::from_ref(file))?;
        }
        agent.shell("git add --all && git commit --quiet --no-edit")?.require("the merge's commit")?;
        Ok(())
    }
}

impl Part for Leaf {
    fn take(&mut self, agent: &mut Agent<'_>, news: &News) -> anyhow::Result<Next> {
        match news {
            News::Words(words) if !self.begun && words.contains(self.job.task) => self.begin(agent)?,
            News::Words(_) => {}
            News::Held(reason) => self.held(agent, reason)?,
            News::Message(message) => {
                let merges = self.wrote && is_sent_back(message);
                self.hear(agent, message)?;
                if merges {
                    self.deliver(agent)?;
                }
            }
        }
        Ok(Next::GoOn)
    }
}

/// Whether its reviewer could not merge its work. That exomonad sees the conflict coming is not the same.
fn is_sent_back(message: &Message) -> bool {
    message.body.contains("conflict") && message.from != Sender::Host.as_str()
}

fn write(agent: &mut Agent<'_>, files: &[File]) -> anyhow::Result<()> {
    for (path, text) in files {
        agent.write_file(path, text)?.require(&format!("writing `{path}`"))?;
    }
    Ok(())
}

/// Commits everything.
pub(super) fn commit(agent: &mut Agent<'_>, subject: &str) -> anyhow::Result<()> {
    let command = format!("git add --all && git commit --quiet --message='{subject}'");
    agent.shell(&command)?.require("the commit")?;
    Ok(())
}

/// Whether there is something to commit.
fn is_dirty(agent: &mut Agent<'_>) -> anyhow::Result<bool> {
    let (status, _) = agent.shell("git status --porcelain")?.require("looking for changes")?;
    Ok(!status.trim().is_empty())
}
