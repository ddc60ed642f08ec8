//! The command line.

mod hook;
mod pr;
mod requests;
mod trace;

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use exomonad_host::harness::Harness;
use exomonad_host::mux::MuxChoice;

pub(crate) use self::hook::HookArgs;
pub(crate) use self::pr::{
    CloseArgs, CommentArgs, DiffArgs, ListArgs, MergeArgs, PrArgs, PrCommand, ReviewArgs, ShowArgs,
    StateFilter,
};
pub(crate) use self::requests::{AskArgs, ReplyArgs, RequestsArgs};
pub(crate) use self::trace::{FlushSpansArgs, TraceArgs};

/// Supervises the coding agents that work on a git repository.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage, 130 cancelled by Ctrl-C. `hook` exits with 2 when a guard has to deny and has no other way to say
/// so, and never for any other hook.
#[derive(Debug, Parser)]
#[command(name = "exomonad", version, propagate_version = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Reads this process's command line.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        match HookArgs::as_installed(std::env::args_os().skip(1)) {
            Some(hook) => Ok(Self { command: Command::Hook(hook) }),
            None => Self::try_parse(),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sets the repository up, and takes you to its session: a terminal tab with the lead in it.
    ///
    /// The set-up is `.exomonad/` with the database, and the hooks and tools of the coding agents you have. A session that
    /// runs is attached to, with the lead brought back if it is gone; one that is not there is made. Run it as often as you
    /// like.
    Init(InitArgs),
    /// Answers one hook of a coding agent. Reads the question on stdin; coding agents call this, people need not.
    Hook(HookArgs),
    /// Serves an agent's tools to its MCP client on stdin and stdout; coding agents start this, people need not.
    McpStdio(McpStdioArgs),
    /// Shows the whole loop in a temporary repository, offline and without a model: agents, hooks, messages, pull requests.
    ///
    /// A lead and four others do real work through the real commands; only their models are scripts. Exit code 0: every
    /// promise was kept. 1: what is missing is said, and the directory is kept to look at.
    Demo(DemoArgs),
    /// Lists the agents: what each does, where, and since when.
    Ps(PsArgs),
    /// Shows the agents as a tree.
    Tree(PsArgs),
    /// Shows the tree as it works, and lets you step in: attach, answer, send, stop, merge. `?` lists the keys.
    Top,
    /// Takes your terminal to an agent; without a name, to the project's session.
    Attach(AttachArgs),
    /// Prints what an agent did and was told, step by step.
    Log(LogArgs),
    /// Lists the messages between agents, and what became of each.
    ///
    /// Without a message's id: those that are not acknowledged, oldest first. Looking hands nothing over.
    Messages(MessagesArgs),
    /// Sends a message to an agent. The message says who sent it: you, or the agent that runs this.
    ///
    /// It is stored before this returns, and the agent gets it at its next step; one that waits for a prompt is woken. Its id
    /// goes to stdout.
    Send(SendArgs),
    /// Lists, shows, reviews and merges pull requests: what agents made, on its way into the branch it came from.
    Pr(PrArgs),
    /// Prints what an agent's terminal shows.
    Screen(ScreenArgs),
    /// Ends an agent's coding agent, and everything it started.
    Stop(StopArgs),
    /// Removes agents that are done: their workspaces, not their branches. Refuses work that would be lost.
    Cleanup(CleanupArgs),
    /// Mends what a crash left behind.
    Repair(RepairArgs),
    /// Shows the commands that came with the repository, and lets you approve them.
    Approve(ApproveArgs),
    /// Prints what the agents did, step by step.
    Events(EventsArgs),
    /// Shows what the agents did and how long it took, as a waterfall: a line each session, hook, tool call and step.
    ///
    /// It is the newest trace: that of the lead's session and all that came of it.
    Trace(TraceArgs),
    /// Lists the questions of agents that wait for your answer.
    Requests(RequestsArgs),
    /// Answers a question of an agent, or declines to.
    ///
    /// The answer is checked against the question's form; `exomonad requests --json` shows that. A question has one answer:
    /// what comes after it is refused.
    Reply(ReplyArgs),
    /// Shows a question of an agent in this terminal, to be answered there. The question stays open when the terminal goes.
    ///
    /// The exit code is 0 once the question has its answer, from here or from elsewhere, and 130 when it was left open.
    Ask(AskArgs),
    /// Lists the tools that agents have, role by role.
    Tools(ToolsArgs),
    /// Calls a tool as an agent would, and prints its result.
    ///
    /// You act as the agent: what the tool does is done and recorded in its name, so that a message you send this way
    /// comes from that agent. Without `--agent` it is the one that works in the directory, which in the main checkout is
    /// the lead.
    ///
    /// The text of the result goes to stdout; a refusal goes to stderr, and the exit code is 1. Ctrl-C cancels the call, and
    /// the exit code is 130.
    Call(CallArgs),
    /// Checks the set-up and says how to mend it.
    Doctor(DoctorArgs),
    /// Takes exomonad out of the repository and leaves your settings as they were.
    Uninstall(UninstallArgs),
    /// Shows the configuration.
    Config(ConfigArgs),
    /// Prints a completion script for your shell.
    Completions(CompletionsArgs),
    /// Starts an agent's coding agent in this terminal, and is there until it ends.
    #[command(hide = true)]
    AgentRun(AgentRunArgs),
    /// Plays an agent of the demo.
    #[command(hide = true)]
    DemoAgent(DemoAgentArgs),
    /// Keeps a terminal of its own for a program.
    #[command(hide = true)]
    Pane(PaneArgs),
    /// Shows such a terminal in this one.
    #[command(hide = true)]
    PaneAttach(PaneAttachArgs),
    /// Moves the write-ahead log into the database.
    #[command(hide = true)]
    Checkpoint(CheckpointArgs),
    /// Sends the spans that no sidecar has sent.
    #[command(hide = true)]
    FlushSpans(FlushSpansArgs),
}

#[derive(Debug, Args)]
pub(crate) struct McpStdioArgs {
    #[command(flatten)]
    pub(crate) who: WhoArgs,
    #[command(flatten)]
    pub(crate) guest: GuestArgs,
}

/// Whose tools they are.
#[derive(Debug, Args)]
pub(crate) struct WhoArgs {
    /// The agent; told from the directory when left out.
    #[arg(long, value_name = "NAME")]
    pub(crate) agent: Option<String>,
    /// Where the agent works; the current directory when left out.
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<Utf8PathBuf>,
}

/// Which guest has the tools.
#[derive(Debug, Args)]
pub(crate) struct GuestArgs {
    /// A guest's WASM, compiled now, in place of the guest that is built in; `mcp-stdio` reloads it when it changes.
    #[cfg(feature = "compile")]
    #[arg(long, value_name = "FILE")]
    pub(crate) guest: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Sets up the database and the hooks, and starts nothing.
    #[arg(long, conflicts_with_all = ["session", "recreate", "mux", "no_attach", "shell", "yes"])]
    pub(crate) hooks_only: bool,
    /// Prints what would change, and changes nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Which coding agents to set up; those that are installed when left out.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) harness: Vec<Harness>,
    /// The session's name; what is configured, or the directory's, when left out.
    #[arg(long, value_name = "NAME")]
    pub(crate) session: Option<String>,
    /// Where the session is: `auto`, `zellij`, `tmux`, or `headless` for no terminal at all.
    #[arg(long, value_name = "NAME")]
    pub(crate) mux: Option<MuxChoice>,
    /// Ends a session that runs, with the agents in it, and makes it anew. Their work stays where it is.
    #[arg(long)]
    pub(crate) recreate: bool,
    /// Does not ask before ending a session that runs.
    #[arg(long, requires = "recreate")]
    pub(crate) yes: bool,
    /// Starts the session, and leaves your terminal where it is.
    #[arg(long)]
    pub(crate) no_attach: bool,
    /// Opens your shell in the lead's tab, instead of the lead's coding agent.
    #[arg(long)]
    pub(crate) shell: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Where the agents are: `headless` for no terminal at all, `tmux` or `zellij` to watch them, `auto`.
    #[arg(long, value_name = "NAME", default_value = "headless")]
    pub(crate) mux: MuxChoice,
    /// Leaves the directory where it is, and says how to look around in it.
    #[arg(long)]
    pub(crate) keep: bool,
    /// Has the pull requests on what stands in for GitHub: the root of its API. The token is that of `GITHUB_TOKEN`.
    #[arg(long, value_name = "URL", requires = "forge_remote", hide = true)]
    pub(crate) forge_api: Option<String>,
    /// The empty bare repository behind it.
    #[arg(long, value_name = "DIR", requires = "forge_api", hide = true)]
    pub(crate) forge_remote: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct UninstallArgs {
    /// Prints what would change, and changes nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Also deletes `.exomonad/` with the database and the logs. Refuses while agents have workspaces in it.
    #[arg(long)]
    pub(crate) purge: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Also asks the forge, over the network, whether it accepts the token.
    #[arg(long)]
    pub(crate) prove: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EventsArgs {
    /// Prints one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Waits for more and prints them as they come.
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// How many of the newest to print; 50 when left out, and all of them after `--after`.
    #[arg(long, short = 'n', value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub(crate) limit: Option<u32>,
    /// Only events after this id.
    #[arg(long, value_name = "ID")]
    pub(crate) after: Option<u64>,
    /// Only events of this kind, such as `hook.pre-tool-use` or `pull.*`; may be repeated.
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Vec<String>,
    /// Only events about this agent; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) agent: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PsArgs {
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AttachArgs {
    /// The agent.
    pub(crate) name: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    /// The agent.
    pub(crate) name: String,
    /// Waits for more and prints it as it comes.
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// How many of the newest to print.
    #[arg(long, short = 'n', default_value_t = 50, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub(crate) limit: u32,
    /// Prints one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MessagesArgs {
    /// Prints this message, all of it.
    #[arg(conflicts_with_all = ["agent", "follow", "all", "limit", "retry"])]
    pub(crate) id: Option<String>,
    /// Only messages to and from this agent.
    #[arg(long, value_name = "NAME")]
    pub(crate) agent: Option<String>,
    /// Waits for more, and prints each again when its state changes.
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// Also lists messages that were acknowledged.
    #[arg(long)]
    pub(crate) all: bool,
    /// How many of the newest to print.
    #[arg(long, short = 'n', default_value_t = 50, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub(crate) limit: u32,
    /// Puts a message whose delivery failed back into its recipient's queue.
    #[arg(long, value_name = "ID", conflicts_with_all = ["agent", "follow", "all", "limit", "json"])]
    pub(crate) retry: Option<String>,
    /// Prints one JSON object a line, with the whole body.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    /// The agent.
    pub(crate) name: String,
    /// The message, or `-` to read it from stdin.
    #[arg(allow_hyphen_values = true)]
    pub(crate) text: String,
    /// The id of the message that this one answers.
    #[arg(long, value_name = "ID")]
    pub(crate) reply_to: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ScreenArgs {
    /// The agent.
    pub(crate) name: String,
    /// Also prints what has scrolled out of sight.
    #[arg(long)]
    pub(crate) full: bool,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StopArgs {
    /// The agent; may be repeated.
    #[arg(required = true)]
    pub(crate) name: Vec<String>,
    /// Also stops everyone below, the deepest first.
    #[arg(long)]
    pub(crate) tree: bool,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CleanupArgs {
    /// The agent; may be repeated. Without a name: every agent that is done and has no work to lose.
    pub(crate) name: Vec<String>,
    /// Only agents whose work is merged.
    #[arg(long, conflicts_with = "name")]
    pub(crate) merged: bool,
    /// Also removes work that is not merged, once a ref of its own keeps it. Needs names.
    #[arg(long, requires = "name")]
    pub(crate) force: bool,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RepairArgs {
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ApproveArgs {
    /// Approves them all without asking.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AgentRunArgs {
    /// The agent.
    #[arg(long, value_name = "NAME")]
    pub(crate) agent: String,
    /// A directory of the project.
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Utf8PathBuf,
    /// Ends with the coding agent, instead of showing how it ended.
    #[arg(long)]
    pub(crate) once: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DemoAgentArgs {
    /// The agent.
    #[arg(long, value_name = "NAME")]
    pub(crate) agent: String,
    /// The file with its task; one that is not there is no task.
    #[arg(long, value_name = "FILE")]
    pub(crate) prompt_file: Utf8PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct PaneArgs {
    /// Where to listen.
    #[arg(long, value_name = "FILE")]
    pub(crate) socket: Utf8PathBuf,
    /// Where to keep what the program shows.
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<Utf8PathBuf>,
    /// The pane's tab.
    #[arg(long, value_name = "ID", default_value = "")]
    pub(crate) tab: String,
    /// What to call it.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) title: String,
    /// Keeps it in this process.
    #[arg(long)]
    pub(crate) here: bool,
    /// Where the program starts.
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Utf8PathBuf,
    /// The program and its arguments.
    #[arg(last = true, required = true)]
    pub(crate) argv: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct PaneAttachArgs {
    /// Where it listens.
    #[arg(long, value_name = "FILE")]
    pub(crate) socket: Utf8PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ToolsArgs {
    /// Only the tools of this role, with their arguments.
    #[arg(long, value_name = "NAME")]
    pub(crate) role: Option<String>,
    /// Also prints each tool's arguments.
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Prints JSON, with the schemas.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) guest: GuestArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CallArgs {
    /// The tool; `exomonad tools` lists them.
    pub(crate) tool: String,
    /// The tool's arguments: a JSON object, or `-` to read it from stdin.
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub(crate) args: String,
    #[command(flatten)]
    pub(crate) who: WhoArgs,
    /// Prints JSON: the structured result, and everything the model would see.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) guest: GuestArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Prints what holds once every file is read.
    Show {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct CheckpointArgs {
    pub(crate) database: Utf8PathBuf,
}
