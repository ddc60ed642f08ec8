//! The end of the story: the history, what each agent did, and the sums.

use std::time::Duration;

use super::story::Story;

/// The columns of the table.
const HEAD: [&str; 7] = ["agent", "role", "tools", "held", "denied", "messages", "pull request"];

/// A table of all agents, in the order of the tree.
pub(super) fn table(story: &Story) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    let mut agents: Vec<_> = story.agents.iter().collect();
    agents.sort_by_key(|(name, _)| (name.as_str() != "root", name.as_str()));
    for (name, deeds) in agents {
        let own = story.requests.iter().filter(|(_, request)| request.author == **name);
        let own: Vec<_> = own
            .map(|(number, request)| {
                format!("#{number} {}", if request.merged { "merged" } else { "not merged" })
            })
            .collect();
        rows.push([
            name.clone(),
            deeds.role.clone(),
            deeds.tools.to_string(),
            deeds.held.to_string(),
            deeds.denied.to_string(),
            deeds.sent.to_string(),
            own.join(", "),
        ]);
    }
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<_> = (0..HEAD.len()).map(width).collect();
    let line = |row: &[String; 7]| {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// The last line.
pub(super) fn totals(story: &Story, elapsed: Duration) -> String {
    let sum = |of: fn(&super::story::Deeds) -> u32| story.agents.values().map(of).sum::<u32>();
    let merged = story.requests.values().filter(|request| request.merged).count();
    format!(
        "{} agents, {merged} pull requests merged, {} stops held, {} tools denied, {} messages, in {:.1} s",
        story.agents.len(),
        sum(|deeds| deeds.held),
        sum(|deeds| deeds.denied),
        sum(|deeds| deeds.sent),
        elapsed.as_secs_f64(),
    )
}
