//! What our MCP server costs, beside the bare Rust SDK and the official servers in Python and TypeScript.

mod aims;
pub(super) mod client;
mod crowd;
mod figures;
mod peers;
pub(super) mod process;
mod race;
mod server;
mod table;

use anyhow::Result;

use self::client::Era;
use self::server::{Part, Server};
use super::options::Options;
use super::project::Project;
use super::tools::Tools;
use crate::output;
use crate::workspace::Workspace;

/// Measures, and writes the sections of the report.
pub(super) fn measure(
    workspace: &Workspace,
    tools: &Tools,
    project: &Project,
    options: &Options,
) -> Result<String> {
    let ours = |part, era| Server::ours(part, &tools.exe, &project.dir, era);
    let mut servers = vec![
        ours(Part::Pure, Era::Initialize),
        ours(Part::Pure, Era::Discover),
        ours(Part::Effects, Era::Discover),
    ];
    output::step("the other MCP servers");
    servers.extend(peers::install(workspace, tools)?);
    let figures = race::run(&servers, options.runs)?;
    let crowd = crowd::measure(tools, project)?;
    let aims = aims::judge(&servers, &figures, &crowd);
    Ok([table::servers(&servers, &figures), crowd.section(), aims].join("\n\n"))
}
