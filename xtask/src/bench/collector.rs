//! Whether a hook takes longer while a sidecar tries to send spans to a collector that never answers.

use std::net::TcpListener;

use anyhow::{Context as _, Result};

use super::contender::{Contender, Part};
use super::mcp::client::{Client, Era};
use super::project::Project;
use super::race::Race;
use super::sample::Figures;
use super::table::table;
use crate::output;

/// Measures, and writes the section.
pub(super) fn measure(race: &Race<'_>) -> Result<String> {
    output::step("a collector that never answers");
    // Nobody accepts: the system takes connections and requests, and no answer comes.
    let hung = TcpListener::bind(("127.0.0.1", 0)).context("failed to listen on the loopback interface")?;
    let address = hung.local_addr().context("a listener has no address")?;
    let endpoint = format!("OTEL_EXPORTER_OTLP_ENDPOINT=http://{address}");
    let cases: [(&str, &[&str]); 2] = [("none", &[]), ("hung", &[endpoint.as_str()])];
    let (mut contenders, mut sidecars) = (Vec::new(), Vec::new());
    for (name, variables) in cases {
        let project = Project::create(race.tools, &format!("collector-{name}"))?;
        let exe = race.tools.exe.as_str();
        let init = [exe, "init", "--hooks-only", "--harness", "claude"];
        race.tools.command(&project.dir, variables, &init).read()?;
        // It holds the lease, and so it is the one that exports.
        let command = [exe.to_owned(), "mcp-stdio".to_owned()];
        sidecars.push(Client::start(&project.dir, &command, Era::Initialize)?);
        contenders.push(Contender::hook(Part::Allow, name, race.tools, &project));
    }
    let figures = race.run(&contenders)?;
    drop(sidecars);
    drop(hung);
    Ok(section(&contenders, &figures))
}

fn section(contenders: &[Contender], figures: &[Figures]) -> String {
    let first = figures.first().copied();
    let rows: Vec<Vec<String>> = contenders
        .iter()
        .zip(figures)
        .map(|(contender, figures)| {
            let ratio = first.map_or(1.0, |first| figures.wall_p50 / first.wall_p50);
            let processor = first.map_or(1.0, |first| figures.processor_p50 / first.processor_p50);
            vec![
                contender.name.clone(),
                format!("{:.2}", figures.wall_p50),
                format!("{:.2}", figures.wall_p99),
                format!("{:.2}", figures.processor_p50),
                format!("{ratio:.2}x"),
                format!("{processor:.2}x"),
            ]
        })
        .collect();
    let heading = ["collector", "wall p50 ms", "p99", "CPU p50 ms", "wall / none", "CPU / none"];
    format!("### A collector that never answers\n\n{}", table(&heading, &rows))
}
