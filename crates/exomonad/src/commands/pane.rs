//! `exomonad pane`: keeps a terminal of its own for a program, and goes on when whoever started it is gone.

use std::io::Write as _;

use exomonad_host::exec::Cmd;
use exomonad_host::mux::headless::{Kept, keep};

use super::project::now_ms;
use crate::cli::PaneArgs;
use crate::env::Env;
use crate::exit::Exit;

/// Starts the keeper, and prints what tells it from every other once it listens.
pub(crate) fn run(env: &Env, args: &PaneArgs) -> anyhow::Result<Exit> {
    if args.here {
        return keep_here(env, args);
    }
    // Started once more, it is nobody's child: whoever started us need not take note of its end.
    let mut arguments = vec!["pane".to_owned(), "--here".to_owned()];
    arguments.push(format!("--socket={}", args.socket));
    arguments.push(format!("--dir={}", args.dir));
    arguments.push(format!("--tab={}", args.tab));
    arguments.push(format!("--title={}", args.title));
    arguments.extend(args.log.as_ref().map(|log| format!("--log={log}")));
    arguments.push("--".to_owned());
    arguments.extend_from_slice(&args.argv);
    let keeper = Cmd::new(env.exe.as_str(), &env.dir, &env.search_path)
        .args(&arguments)
        .envs(&env.surroundings.variables);
    let epoch = keeper.first_line()?;
    say(&epoch)?;
    Ok(Exit::Ok)
}

fn keep_here(env: &Env, args: &PaneArgs) -> anyhow::Result<Exit> {
    let kept = Kept {
        socket: args.socket.clone(),
        log: args.log.clone(),
        dir: args.dir.clone(),
        tab: args.tab.clone(),
        title: args.title.clone(),
        argv: args.argv.clone(),
        environment: env.surroundings.variables.clone(),
        exe: env.exe.clone(),
        now_ms: now_ms(),
    };
    keep(&kept, say)?;
    Ok(Exit::Ok)
}

fn say(line: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}
