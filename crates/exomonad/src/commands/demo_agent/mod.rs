//! `exomonad demo-agent`: a coding agent without a model. It plays a part of the demo, and behaves towards exomonad as Claude
//! Code does: hooks at each step, tools over MCP, a transcript, and a socket through which it is woken.
//!
//! Rule: a part reacts to what it is told. What it did not expect is an error, which ends it with an exit code of 1.

mod agent;
mod ear;
mod lead;
mod leaf;
mod news;
mod server;
mod sub_lead;

use camino::Utf8Path;

use self::agent::Agent;
use self::lead::Lead;
pub(crate) use self::lead::{GOODBYE, WISH};
use self::leaf::Leaf;
use self::news::News;
use self::sub_lead::SubLead;
use crate::cli::DemoAgentArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::output::{Output, problem};

/// What a part does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Hears more.
    GoOn,
    /// Leaves: its user is done with it.
    Leave,
}

/// A part of the demo's story.
trait Part {
    /// Reacts to one thing that it was told.
    fn take(&mut self, agent: &mut Agent<'_>, news: &News) -> anyhow::Result<Next>;
}

pub(crate) fn run(env: &Env, output: &Output, args: &DemoAgentArgs) -> anyhow::Result<Exit> {
    let mut part = part(&args.agent)?;
    let mut agent = Agent::begin(env, output)?;
    let played = play(&mut *part, &mut agent, &args.prompt_file);
    // Whoever ends an agent ends what it works with at the same time: what fails then is no failure of the part.
    if played.is_err() && !agent.is_told_to_end() {
        return played.map(|()| Exit::Failed);
    }
    agent.leave()?;
    Ok(Exit::Ok)
}

/// Plays the part until its user is done with it, or it is to end.
fn play(part: &mut dyn Part, agent: &mut Agent<'_>, prompt_file: &Utf8Path) -> anyhow::Result<()> {
    match std::fs::read_to_string(prompt_file) {
        Ok(task) => agent.prompt(&task)?,
        // Nobody spawned the lead: it waits for its user.
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => {}
        Err(err) => return Err(anyhow::Error::new(err).context(format!("failed to read `{prompt_file}`"))),
    }
    while let Some(news) = agent.next()? {
        if part.take(agent, &news)? == Next::Leave {
            break;
        }
    }
    Ok(())
}

fn part(agent: &str) -> anyhow::Result<Box<dyn Part>> {
    match agent {
        "root" => Ok(Box::new(Lead::default())),
        "docs" => Ok(Box::new(SubLead::default())),
        "greet" => Ok(Box::new(Leaf::greet())),
        "farewell" => Ok(Box::new(Leaf::farewell())),
        "docs.manual" => Ok(Box::new(Leaf::manual())),
        _ => Err(problem(
            format!("the demo has no part for an agent called `{}`", agent.escape_debug()),
            "`exomonad demo` starts this program itself",
        )),
    }
}
