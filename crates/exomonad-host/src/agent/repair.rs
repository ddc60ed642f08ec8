//! Mends what a crash left: finishes or undoes spawns and merges whose process died, and takes note of what ended unseen.
//!
//! Rules: what may hold somebody's work is told, with the command that removes it, and never removed; processes that
//! cannot be seen from here are left alone; doing it twice changes nothing more.

use std::collections::HashMap;
use std::time::Duration;

use super::spawn::{Start, await_start, undo};
use super::{AgentFiles, AgentName, ProcessIdentity, Site, Step, leftovers, reap, workspace};
use crate::forge;
use crate::mux::{self, SessionState};
use crate::store::{AgentRow, AgentState, SpawnRow, StoreError};

/// How long a launcher that is there, or may be, has to start the harness.
const START_LIMIT: Duration = Duration::from_secs(5);

/// What was found, and what was done about it, in sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repaired {
    /// What was mended.
    pub done: Vec<String>,
    /// What was left, and why.
    pub left: Vec<String>,
}

/// Mends what can be mended. Doing it twice changes nothing more.
///
/// # Errors
/// The database failed.
pub fn repair(site: &Site) -> Result<Repaired, StoreError> {
    let mut repaired = Repaired::default();
    forget_sidecars(site, &mut repaired)?;
    for id in site.store.cancel_orphaned_requests(site.clock.now_ms())? {
        repaired
            .done
            .push(format!("nobody waited for an answer to request `{id}` any more: it is withdrawn"));
    }
    for agent in reap(site)? {
        repaired.done.push(format!("`{agent}` had ended unseen: it is stopped"));
    }
    mend_spawns(site, &mut repaired)?;
    finish_merges(site, &mut repaired);
    forget_panes(site, &mut repaired)?;
    find_panes(site, &mut repaired)?;
    forget_terminal(site, &mut repaired)?;
    remove_strays(site, &mut repaired)?;
    name_lost_worktrees(site, &mut repaired)?;
    Ok(repaired)
}

/// Removes the rows of sidecars that died without a word.
fn forget_sidecars(site: &Site, repaired: &mut Repaired) -> Result<(), StoreError> {
    let now_ms = site.clock.now_ms();
    for sidecar in site.store.sidecars()?.into_iter().filter(|sidecar| !sidecar.is_live(now_ms)) {
        site.store.remove_sidecar(sidecar.id)?;
        repaired.done.push(format!("a sidecar of `{}` had died: it is forgotten", sidecar.agent));
    }
    Ok(())
}

/// Finishes or drops the merges that were cut short.
fn finish_merges(site: &Site, repaired: &mut Repaired) {
    match forge::mend(site, forge::Ending::Allowed) {
        Ok(mended) => {
            for merge in mended {
                repaired.done.push(merge.done);
                repaired.left.extend(merge.left);
            }
        }
        Err(err) => {
            repaired.left.push(format!("a merge that was cut short was left: {}", crate::explain(&err)));
        }
    }
}

/// Looks at every spawn that was not finished, or not wholly undone.
fn mend_spawns(site: &Site, repaired: &mut Repaired) -> Result<(), StoreError> {
    let spawns: HashMap<_, _> =
        site.store.spawns()?.into_iter().map(|spawn| (spawn.agent.clone(), spawn)).collect();
    // Children before their parents: an agent with children is not removed.
    for row in site.store.agents()?.into_iter().rev() {
        let Some(spawn) = spawns.get(&row.name) else { continue };
        // The lead has a journal and no parent: whatever became of it, nothing was made for it.
        if row.parent.is_none() || site.store.has_ever_run(&row.name)? {
            continue;
        }
        match row.state {
            // Whoever undoes a spawn stops it first.
            AgentState::Starting | AgentState::Stopped => mend_unfinished(site, &row, spawn, repaired)?,
            AgentState::Failed => {
                let reason = spawn.failure.clone().unwrap_or_else(|| "it did not start".to_owned());
                take_back(site, &row, spawn, &reason, repaired)?;
            }
            AgentState::Running => {}
        }
    }
    Ok(())
}

fn mend_unfinished(
    site: &Site,
    row: &AgentRow,
    spawn: &SpawnRow,
    repaired: &mut Repaired,
) -> Result<(), StoreError> {
    match spawn.spawner.is_alive() {
        // It is being spawned right now.
        Some(true) => return Ok(()),
        None => {
            repaired.left.push(format!(
                "`{}` is being spawned where its processes cannot be seen from here: run `exomonad repair` there",
                row.name
            ));
            return Ok(());
        }
        Some(false) => {}
    }
    if may_start(site, row, spawn)? {
        let pane = site.store.pane(&row.name)?;
        match await_start(site, &row.name, pane.as_ref(), START_LIMIT, &|| false)? {
            Start::Done => {
                repaired.done.push(format!("`{}` had been spawned: that is recorded now", row.name));
                return Ok(());
            }
            Start::Removed => return Ok(()),
            Start::Failed(_) | Start::GivenUp => {}
        }
    }
    let reason = format!("its spawn was killed at step `{}`", spawn.step.name());
    take_back(site, row, spawn, &reason, repaired)
}

/// Whether there is a launcher that starts the harness yet, or may be one.
fn may_start(site: &Site, row: &AgentRow, spawn: &SpawnRow) -> Result<bool, StoreError> {
    if let Some(run) = site.store.latest_run(&row.name)? {
        return Ok(run.ended.is_none() && run.launcher.is_alive() != Some(false));
    }
    Ok(match site.store.pane(&row.name)? {
        Some(pane) => {
            let mux = mux::open(pane.address.clone(), &site.surroundings);
            !matches!(mux.find(&pane), Ok(None))
        }
        // Between opening a pane and recording it, the spawn can be killed.
        None => spawn.step >= Step::Pane,
    })
}

/// Undoes a spawn, unless somebody else is at it.
fn take_back(
    site: &Site,
    row: &AgentRow,
    spawn: &SpawnRow,
    reason: &str,
    repaired: &mut Repaired,
) -> Result<(), StoreError> {
    let name = &row.name;
    let own = match ProcessIdentity::own() {
        Ok(own) => own,
        Err(err) => {
            repaired.left.push(format!("`{name}` was left: which process this is cannot be told: {err}"));
            return Ok(());
        }
    };
    if spawn.spawner.is_alive() == Some(false) {
        let killed = leftovers::kill_marked(&spawn.spawner);
        crate::drop_logged(killed, "kill what a spawn left running");
    }
    if !site.store.take_over_spawn(name, &spawn.spawner, &own)? {
        return Ok(());
    }
    let left = undo(site, row, spawn, reason)?;
    if left.is_empty() {
        repaired.done.push(format!("`{name}` was undone: {reason}"));
    }
    for what in left {
        repaired.left.push(format!(
            "`{name}` is not wholly undone: {what}; `exomonad cleanup --force {name}` keeps the work under a ref and removes the rest"
        ));
    }
    Ok(())
}

/// Forgets the panes that are not there any more.
fn forget_panes(site: &Site, repaired: &mut Repaired) -> Result<(), StoreError> {
    for (agent, pane) in site.store.panes()? {
        let Ok(name) = AgentName::parse(&agent) else { continue };
        let mux = mux::open(pane.address.clone(), &site.surroundings);
        match mux.find(&pane) {
            Ok(Some(_)) => {}
            Ok(None) => {
                site.store.set_pane(&name, None)?;
                repaired.done.push(format!("the terminal of `{agent}` is gone: it is forgotten"));
            }
            Err(err) => {
                repaired.left.push(format!("the terminal of `{agent}` was left: {}", crate::explain(&err)));
            }
        }
    }
    Ok(())
}

/// Finds the panes of those that run and have none on record: a spawn can be killed between opening a pane and recording it.
fn find_panes(site: &Site, repaired: &mut Repaired) -> Result<(), StoreError> {
    let Some(address) = site.store.terminal()? else { return Ok(()) };
    let recorded: Vec<String> = site.store.panes()?.into_iter().map(|(agent, _)| agent).collect();
    let mux = mux::open(address, &site.surroundings);
    for row in site.store.agents()?.into_iter().filter(|row| !recorded.contains(&row.name.to_string())) {
        let run = site.store.latest_run(&row.name)?.filter(|run| run.ended.is_none());
        let Some(run) = run.filter(|run| run.launcher.is_alive() == Some(true)) else { continue };
        match mux.pane_of(run.launcher.pid) {
            Ok(Some(pane)) => {
                site.store.set_pane(&row.name, Some(&pane))?;
                repaired.done.push(format!("the terminal of `{}` was not recorded: it is now", row.name));
            }
            Ok(None) => repaired.left.push(format!("`{}` runs without a terminal that is known", row.name)),
            Err(err) => {
                let why = crate::explain(&err);
                repaired.left.push(format!("the terminal of `{}` was not looked for: {why}", row.name));
            }
        }
    }
    Ok(())
}

/// Forgets the project's session when it is not there any more; the next agent gets a new one.
fn forget_terminal(site: &Site, repaired: &mut Repaired) -> Result<(), StoreError> {
    let Some(address) = site.store.terminal()? else { return Ok(()) };
    let session = format!("{} session `{}`", address.mux.name(), address.session);
    match mux::open(address, &site.surroundings).state() {
        Ok(SessionState::Alive { .. } | SessionState::Exited) => {}
        Ok(SessionState::Missing) => {
            site.store.set_terminal(None)?;
            repaired.done.push(format!("{session} is gone: it is forgotten"));
        }
        Err(err) => repaired.left.push(format!("{session} was left: {}", crate::explain(&err))),
    }
    Ok(())
}

/// Removes the files of agents that are not there any more.
fn remove_strays(site: &Site, repaired: &mut Repaired) -> Result<(), StoreError> {
    let top = AgentFiles::top(&site.repository.state_dir());
    let found: Vec<_> = top.read_dir_utf8().into_iter().flatten().flatten().collect();
    // Asked after the directory was read: a spawn that began since has its row by now.
    let known: Vec<_> = site.store.agents()?.into_iter().map(|row| row.name).collect();
    for entry in found {
        let Ok(name) = AgentName::parse(entry.file_name()) else { continue };
        if known.contains(&name) {
            continue;
        }
        let files = AgentFiles::new(&site.repository.state_dir(), &name);
        let removed = files.claimed_by().map(|mark| files.remove(&mark));
        match removed {
            Some(Ok(_)) => repaired.done.push(format!("`{}` was of no agent: it is removed", files.dir)),
            Some(Err(err)) => repaired.left.push(format!("`{}` cannot be removed: {err}", files.dir)),
            None => repaired.left.push(format!(
                "`{0}` is of no agent, and not of our making: look at it, then `rm -r '{0}'`",
                files.dir
            )),
        }
    }
    Ok(())
}

/// Names the worktrees that a spawn made and no agent has, as after the database was lost.
fn name_lost_worktrees(site: &Site, repaired: &mut Repaired) -> Result<(), StoreError> {
    let admin = site.repository.common_dir.join("worktrees");
    let found: Vec<_> = admin.read_dir_utf8().into_iter().flatten().flatten().collect();
    let marks: Vec<_> = site.store.spawns()?.into_iter().map(|spawn| spawn.mark).collect();
    for entry in found {
        let read = |file: &str| std::fs::read_to_string(entry.path().join(file)).unwrap_or_default();
        let locked = read("locked");
        let Some(mark) = workspace::mark_in(&locked) else { continue };
        if marks.iter().any(|known| known == mark) {
            continue;
        }
        let link = read("gitdir");
        let path = link.trim().trim_end_matches("/.git");
        repaired.left.push(format!(
            "the worktree `{path}` is of no agent: look at it, then `git worktree unlock '{path}' && git worktree remove '{path}'`"
        ));
    }
    Ok(())
}
