//! What the system says of every process that runs a program.

use anyhow::Result;
use camino::Utf8Path;

/// The processes whose program this is.
pub(super) fn running(program: &Utf8Path) -> Result<Vec<u32>> {
    let mut pids = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // A process that ended meanwhile, or is another user's, is none of ours.
        let target = std::fs::read_link(format!("/proc/{pid}/exe"));
        if target.is_ok_and(|target| target == program.as_std_path()) {
            pids.push(pid);
        }
    }
    Ok(pids)
}
