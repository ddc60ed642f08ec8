//! Runs contenders in turns, a few runs at a time, so that whatever else the machine does hits all alike.

use anyhow::Result;

use super::Contender;
use super::sample::{Figures, Sample};
use super::tools::{Batch, Tools};
use crate::output;

/// Runs of one contender before it is the next one's turn.
const BATCH: u32 = 10;

/// How a measurement is made.
#[derive(Debug)]
pub(super) struct Race<'a> {
    pub(super) tools: &'a Tools,
    /// Runs of each contender.
    pub(super) runs: u32,
}

impl Race<'_> {
    /// The figures of each contender, in their order.
    pub(super) fn run(&self, contenders: &[Contender]) -> Result<Vec<Figures>> {
        let mut samples: Vec<Vec<Sample>> = contenders.iter().map(|_| Vec::new()).collect();
        let rounds = self.runs.div_ceil(BATCH);
        for round in 0..rounds {
            if round % 5 == 0 {
                output::step(&format!("round {} of {rounds}, {} contenders", round + 1, contenders.len()));
            }
            let runs = BATCH.min(self.runs - round * BATCH);
            for (contender, samples) in contenders.iter().zip(&mut samples) {
                samples.extend(self.tools.measure(&Batch {
                    lanes: 1,
                    runs,
                    dir: &contender.dir,
                    payload: &contender.payload,
                    variables: &[],
                    command: &contender.words(),
                })?);
            }
        }
        Ok(samples.iter().filter_map(|samples| Figures::of(samples)).collect())
    }
}
