//! What `--dry-run` prints.

use exomonad_host::install::{PlannedFile, Status};
use similar::TextDiff;

use crate::exit::Exit;
use crate::output::{Mark, Output};

/// Prints a unified diff of every file that would change.
pub(crate) fn print(output: &Output, files: &[PlannedFile]) -> anyhow::Result<Exit> {
    let changed: Vec<_> = files.iter().filter(|file| file.status != Status::Unchanged).collect();
    if changed.is_empty() {
        output.say(Mark::Nothing, "nothing would change");
    }
    for file in changed {
        let before = file.before.as_deref().unwrap_or_default();
        let after = file.after.as_deref().unwrap_or_default();
        let name = |text: &Option<String>| match text {
            Some(_) => file.path.to_string(),
            None => "/dev/null".to_owned(),
        };
        let diff = TextDiff::from_lines(before, after);
        let text = diff.unified_diff().header(&name(&file.before), &name(&file.after)).to_string();
        output.answer(&text)?;
    }
    Ok(Exit::Ok)
}
