//! Many sidecars in one repository: what they hold, and what they use while nobody asks them anything.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::client::{Client, Era};
use super::process::{memory, processor_micros};
use crate::bench::project::Project;
use crate::bench::sample::real;
use crate::bench::table::table;
use crate::bench::tools::Tools;
use crate::output;

const SIDECARS: u32 = 20;
/// Longer than two heartbeats.
const IDLE: Duration = Duration::from_secs(25);

/// What was measured.
pub(super) struct Crowd {
    /// In KiB, summed up.
    resident: u64,
    share: u64,
    /// Resident memory of one, in MiB.
    pub(super) idle_mib: f64,
    /// The share of one core that all of them used, in percent.
    pub(super) busy_percent: f64,
}

/// Starts them, lets them be, and ends them.
pub(super) fn measure(tools: &Tools, project: &Project) -> Result<Crowd> {
    output::step(&format!("{SIDECARS} idle sidecars, {} s", IDLE.as_secs()));
    let command = [tools.exe.to_string(), "mcp-stdio".to_owned()];
    let mut clients = Vec::new();
    for _ in 0..SIDECARS {
        let (mut client, _) = Client::start(&project.dir, &command, Era::Initialize)?;
        client.ask("tools/list", serde_json::json!({}))?;
        clients.push(client);
    }
    let used = |clients: &[Client]| -> Result<u64> {
        clients.iter().map(|client| processor_micros(client.id())).sum()
    };
    let before = used(&clients)?;
    let begun = Instant::now();
    while begun.elapsed() < IDLE {
        std::thread::park_timeout(IDLE.saturating_sub(begun.elapsed()));
    }
    let busy = real(used(&clients)? - before) / real(u64::try_from(begun.elapsed().as_micros())?);
    let (mut resident, mut share) = (0, 0);
    for client in &clients {
        let memory = memory(client.id())?;
        resident += memory.resident;
        share += memory.share;
    }
    clients.into_iter().try_for_each(Client::close)?;
    let idle_mib = real(resident) / f64::from(SIDECARS) / 1024.0;
    Ok(Crowd { resident, share, idle_mib, busy_percent: busy * 100.0 })
}

impl Crowd {
    /// The section of the report.
    pub(super) fn section(&self) -> String {
        let mib = |kib: u64| format!("{:.1}", real(kib) / 1024.0);
        let row = vec![
            SIDECARS.to_string(),
            mib(self.resident),
            mib(self.share),
            format!("{:.1}", self.idle_mib),
            format!("{:.2} %", self.busy_percent),
        ];
        let heading = [
            "idle sidecars",
            "resident MiB in all",
            "without what they share",
            "resident each",
            "of one core",
        ];
        format!("### Many agents, nothing to do\n\n{}", table(&heading, &[row]))
    }
}
