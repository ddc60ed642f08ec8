//! `exomonad`: reads the command line and the environment, prints, and exits. Everything else is in `exomonad-host`.

mod cli;
mod commands;
mod env;
mod exit;
mod logging;
mod output;

use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::env::Env;
use crate::exit::Exit;
use crate::output::Output;

fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(err) => return exit::usage(&err, env::hook_event().as_deref()),
    };
    let env = match Env::read() {
        Ok(env) => env,
        Err(err) => return Output::plain().fail(&err),
    };
    let output = Output::new(&env);
    logging::start(&env);
    let result = match cli.command {
        Command::Hook(args) => return commands::hook::run(&env, &output, &args),
        Command::McpStdio(args) => commands::mcp_stdio::run(&env, &args),
        Command::Init(args) => commands::init::run(&env, &output, &args),
        Command::Uninstall(args) => commands::uninstall::run(&env, &output, &args),
        Command::Doctor(args) => commands::doctor::run(&env, &output, &args),
        Command::Demo(args) => commands::demo::run(&env, &output, &args),
        Command::Ps(args) => commands::ps::run(&env, &output, &args),
        Command::Tree(args) => commands::tree::run(&env, &output, &args),
        Command::Top => commands::top::run(&env),
        Command::Attach(args) => commands::attach::run(&env, &args),
        Command::Log(args) => commands::log::run(&env, &output, &args),
        Command::Messages(args) => commands::messages::run(&env, &output, &args),
        Command::Send(args) => commands::send::run(&env, &output, &args),
        Command::Pr(args) => commands::pr::run(&env, &output, &args),
        Command::Screen(args) => commands::screen::run(&env, &output, &args),
        Command::Stop(args) => commands::stop::run(&env, &output, &args),
        Command::Cleanup(args) => commands::cleanup::run(&env, &output, &args),
        Command::Repair(args) => commands::repair::run(&env, &output, &args),
        Command::Approve(args) => commands::approve::run(&env, &output, &args),
        Command::Requests(args) => commands::requests::run(&env, &output, &args),
        Command::Reply(args) => commands::reply::run(&env, &output, &args),
        Command::Ask(args) => commands::ask::run(&env, &output, &args),
        Command::AgentRun(args) => commands::agent_run::run(&env, &output, &args),
        Command::DemoAgent(args) => commands::demo_agent::run(&env, &output, &args),
        Command::Pane(args) => commands::pane::run(&env, &args),
        Command::PaneAttach(args) => commands::pane_attach::run(&env, &output, &args),
        Command::Trace(args) => commands::trace::run(&env, &output, &args),
        Command::Events(args) => commands::events::run(&env, &output, &args),
        Command::Tools(args) => commands::tools::run(&output, &args),
        Command::Call(args) => commands::call::run(&env, &output, &args),
        Command::Config(args) => commands::config::run(&env, &output, &args),
        Command::Completions(args) => commands::completions::run(&output, &args),
        Command::Checkpoint(args) => commands::checkpoint::run(&args),
        Command::FlushSpans(args) => commands::flush_spans::run(&env, &args),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(err) if output::is_closed_pipe(&err) => Exit::Ok.into(),
        Err(err) => output.fail(&err),
    }
}
