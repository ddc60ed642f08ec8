//! What was measured, and on what.

use anyhow::Result;

use super::options::Options;
use super::project::Project;
use super::tools::Tools;

/// One paragraph.
pub(super) fn describe(tools: &Tools, project: &Project, options: &Options) -> Result<String> {
    let read = |command: &[&str]| tools.command(&project.dir, &[], command).read();
    let version = read(&[tools.exe.as_str(), "--version"])?;
    let origin = if options.exe.is_some() { "given" } else { "built now" };
    let system = read(&["uname", "-srm"])?;
    let size = std::fs::metadata(&tools.exe)?.len() / 1024;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(format!(
        "{version} ({origin}, {size} KiB); {} runs of each; {cores} cores, {}, {system}; load before: {}.",
        options.runs,
        processor(),
        load(),
    ))
}

/// The processor's name, where the system tells it in a file.
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name =
        text.lines().find_map(|line| line.strip_prefix("model name")).and_then(|rest| rest.split_once(':'));
    name.map_or_else(|| "processor unknown".to_owned(), |(_, name)| name.trim().to_owned())
}

/// How busy the machine was in the last minute, where the system tells it in a file.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}
