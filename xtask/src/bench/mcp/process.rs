//! What the system says of a running process.

use anyhow::{Context as _, Result};

/// Memory in KiB.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::bench) struct Memory {
    /// Resident now.
    pub(in crate::bench) resident: u64,
    /// Resident at most so far.
    pub(in crate::bench) peak: u64,
    /// Resident now, with what several processes share divided among them; 0 where the system does not tell.
    pub(in crate::bench) share: u64,
}

/// The memory of a process.
pub(in crate::bench) fn memory(pid: u32) -> Result<Memory> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))
        .with_context(|| format!("the system does not tell the memory of process {pid}"))?;
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    Ok(Memory {
        resident: kib(&status, "VmRSS:").context("no VmRSS")?,
        peak: kib(&status, "VmHWM:").context("no VmHWM")?,
        share: kib(&rollup, "Pss:").unwrap_or_default(),
    })
}

/// The processor time that a process has used so far, in microseconds. The system counts it in hundredths of a second.
pub(in crate::bench) fn processor_micros(pid: u32) -> Result<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .with_context(|| format!("the system does not tell the time of process {pid}"))?;
    // The name, which is in parentheses, may hold anything; the times are fields 14 and 15 (proc_pid_stat(5)).
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
    let times: Vec<u64> = fields.split_whitespace().skip(11).take(2).flat_map(str::parse).collect();
    Ok(times.iter().sum::<u64>() * 10_000)
}

fn kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_systems_lines() {
        assert_eq!(kib("VmHWM:\t    4096 kB\nVmRSS:\t    4000 kB\n", "VmRSS:"), Some(4000));
        assert_eq!(kib("", "VmRSS:"), None);
    }
}
