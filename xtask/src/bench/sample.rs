//! What was measured, and the figures made of it.

use std::fmt;

use anyhow::{Context as _, Result, bail};

/// One run, or one batch of runs side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) wall_us: u64,
    pub(super) processor_us: u64,
    pub(super) peak_kib: u64,
}

impl fmt::Display for Sample {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {}", self.wall_us, self.processor_us, self.peak_kib)
    }
}

impl Sample {
    /// Reads the lines that a measuring process printed.
    pub(super) fn parse_lines(text: &str) -> Result<Vec<Self>> {
        text.lines().map(|line| Self::parse(line).with_context(|| format!("`{line}` is no sample"))).collect()
    }

    fn parse(line: &str) -> Result<Self> {
        let numbers: Vec<u64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        let [wall_us, processor_us, peak_kib] = numbers.as_slice() else { bail!("expected three numbers") };
        Ok(Self { wall_us: *wall_us, processor_us: *processor_us, peak_kib: *peak_kib })
    }
}

/// The figures of many runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    pub(super) wall_p50: f64,
    pub(super) wall_p90: f64,
    pub(super) wall_p99: f64,
    pub(super) processor_p50: f64,
    pub(super) peak_mib: f64,
}

impl Figures {
    /// Times in milliseconds; absent when nothing was measured.
    pub(super) fn of(samples: &[Sample]) -> Option<Self> {
        let walls = sorted(samples.iter().map(|sample| sample.wall_us));
        let processor = sorted(samples.iter().map(|sample| sample.processor_us));
        let ms = |sorted: &[u64], percent| percentile(sorted, percent).map(|micros| real(micros) / 1000.0);
        Some(Self {
            wall_p50: ms(&walls, 50)?,
            wall_p90: ms(&walls, 90)?,
            wall_p99: ms(&walls, 99)?,
            processor_p50: ms(&processor, 50)?,
            peak_mib: real(samples.iter().map(|sample| sample.peak_kib).max()?) / 1024.0,
        })
    }
}

/// How values spread.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    pub(super) p50: f64,
    pub(super) p99: f64,
}

impl Spread {
    /// Absent when nothing was measured.
    pub(super) fn of(values: &[u64]) -> Option<Self> {
        let sorted = sorted(values.iter().copied());
        Some(Self { p50: real(percentile(&sorted, 50)?), p99: real(percentile(&sorted, 99)?) })
    }
}

/// Whether the machine had time for this contender: it hardly waited for a core. Without that, times mean little.
pub(super) fn is_quiet(floor: Figures) -> bool {
    floor.wall_p50 <= 1.4 * floor.processor_p50 && floor.wall_p90 <= 1.6 * floor.wall_p50
}

/// The middle value.
pub(super) fn median(values: impl IntoIterator<Item = u64>) -> Option<u64> {
    percentile(&sorted(values), 50)
}

/// A count as a number to divide with.
#[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^52")]
pub(super) fn real(count: u64) -> f64 {
    count as f64
}

fn sorted(values: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let mut values: Vec<u64> = values.into_iter().collect();
    values.sort_unstable();
    values
}

/// The smallest value that `percent` of the values do not exceed.
fn percentile(sorted: &[u64], percent: usize) -> Option<u64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let values: Vec<u64> = (1..=200).collect();
        assert_eq!(
            [50, 90, 99].map(|percent| percentile(&values, percent)),
            [Some(100), Some(180), Some(198)]
        );
        assert_eq!(percentile(&[7], 99), Some(7));
        assert_eq!(percentile(&[], 50), None);
        assert_eq!(median([3, 1, 2]), Some(2));
    }

    #[test]
    fn a_machine_is_busy_when_the_floor_waits() {
        let floor = |wall_p50, wall_p90| Figures {
            wall_p50,
            wall_p90,
            wall_p99: 9.0,
            processor_p50: 0.5,
            peak_mib: 2.0,
        };
        assert!(is_quiet(floor(0.55, 0.7)));
        assert!(!is_quiet(floor(2.0, 4.0)));
        assert!(!is_quiet(floor(0.6, 4.0)));
    }

    #[test]
    fn a_sample_survives_the_pipe() {
        let sample = Sample { wall_us: 1200, processor_us: 900, peak_kib: 8000 };
        assert_eq!(Sample::parse_lines(&format!("{sample}\n{sample}")).unwrap(), [sample, sample]);
        assert!(Sample::parse_lines("1 2").is_err());
    }
}
