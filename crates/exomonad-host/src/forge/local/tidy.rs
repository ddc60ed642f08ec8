//! What comes after a merge: its author is cleaned up, and whoever merged is told what became of everything.

use super::Ending;
use super::checkout::Followed;
use super::land::{End, Landed, Notice};
use crate::agent::{AgentName, Force, Site, cleanup, stop, work};
use crate::contract::forge::MergeResult;
use crate::store::{PullRow, Sender, StoreError};
use crate::{drop_logged, explain};

/// Whether the author is told of a merge as it is recorded. One that is about to be cleaned up is not woken for that.
pub(super) fn notice(site: &Site, ending: Ending, author: &AgentName) -> Result<Notice, StoreError> {
    Ok(if is_to_go(site, ending, author)? { Notice::Later } else { Notice::Author })
}

/// Cleans up, and says what became of everything.
pub(super) fn tidy(site: &Site, ending: Ending, by: Sender<'_>, landed: &Landed) -> MergeResult {
    let pull = &landed.pull;
    let (number, base, head) = (pull.number, &pull.base, &pull.head);
    let (sha, synced, mut said) = match &landed.end {
        End::Conflicts(paths) => return conflicts(number, base, head, paths),
        End::Contained(sha) => {
            let text =
                format!("`{base}` has everything of pull request #{number} already, which is merged by that");
            (sha, true, vec![text])
        }
        End::Merged { sha, followed } => {
            let mut said = vec![format!("pull request #{number} is merged into `{base}`")];
            if followed.is_empty() {
                said.push(format!("no checkout has `{base}`"));
            }
            let left = followed.iter().filter_map(|followed| match followed {
                Followed::Yes => None,
                Followed::No(why) | Followed::NotYet(why) => Some(why.clone()),
            });
            said.extend(left);
            (sha, followed.iter().all(|followed| *followed == Followed::Yes), said)
        }
    };
    let cleaned = match clean_up(site, ending, &pull.author) {
        Ok(true) => {
            said.push(cleaned_up(&pull.author, &pull.head));
            true
        }
        Ok(false) => false,
        Err(why) => {
            tell(site, number, by);
            said.push(why);
            false
        }
    };
    drop_logged(site.store.end_settled_merge(number), "forget a merge that is done");
    let message = said.join("; ");
    MergeResult { merged: true, synced, cleaned, sha: Some(sha.clone()), conflicts: Vec::new(), message }
}

/// The sentence about an author that is gone.
pub(in crate::forge) fn cleaned_up(author: &AgentName, head: &str) -> String {
    format!("agent `{author}` is cleaned up; its branch `{head}` stays")
}

/// What comes of a merge that met changes of the same on both sides.
pub(in crate::forge) fn conflicts(number: u64, base: &str, head: &str, paths: &[String]) -> MergeResult {
    let message = match paths {
        [] => format!("git cannot tell where `{base}` and `{head}` moved files to; nothing was changed"),
        _ => format!(
            "pull request #{number} is in conflict with `{base}`, and nothing was changed; its author merges `{base}` into \
             `{head}`, resolves that, commits, and files again"
        ),
    };
    let conflicts = paths.to_vec();
    MergeResult { merged: false, synced: false, cleaned: false, sha: None, conflicts, message }
}

/// Sees to the author of a pull request whose merge was cut short: it is cleaned up, or told of the merge if nobody has. Says
/// what was done, if it is gone, and why it is not.
pub(super) fn settle(
    site: &Site,
    ending: Ending,
    by: Sender<'_>,
    pull: &PullRow,
) -> Result<Option<String>, String> {
    let cleaned = clean_up(site, ending, &pull.author);
    if cleaned != Ok(true) {
        tell(site, pull.number, by);
    }
    cleaned.map(|is_gone| is_gone.then(|| cleaned_up(&pull.author, &pull.head)))
}

fn tell(site: &Site, number: u64, by: Sender<'_>) {
    let told = site.store.tell_of_merge(number, by, site.clock.now_ms());
    drop_logged(told, "tell an author that its work was merged");
}

/// Removes the author, unless something speaks against it. Tells whether it is gone, or why it is not, in words for people;
/// where nobody asked for it, there is nothing to say.
pub(in crate::forge) fn clean_up(site: &Site, ending: Ending, author: &AgentName) -> Result<bool, String> {
    let stays = |err: &dyn std::error::Error| format!("agent `{author}` stays: {}", explain(err));
    if !is_to_go(site, ending, author).map_err(|err| stays(&err))? {
        return Ok(false);
    }
    let held = work(site, author).map_err(|err| stays(&err))?;
    if let Some(held) = held.filter(|held| held.is_lost()) {
        return Err(format!("agent `{author}` stays: it has more work: {held}"));
    }
    stop(site, author).map_err(|err| stays(&err))?;
    cleanup(site, author, Force::No).map(|_| true).map_err(|err| stays(&err))
}

/// Whether the author is to be cleaned up, if nothing speaks against it. The lead never is.
fn is_to_go(site: &Site, ending: Ending, author: &AgentName) -> Result<bool, StoreError> {
    if !site.config.work.clean_up_merged || ending == Ending::Forbidden {
        return Ok(false);
    }
    Ok(site.store.agent(author)?.is_some_and(|row| row.parent.is_some()))
}
