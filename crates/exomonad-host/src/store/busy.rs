//! Waits for a database that another process writes.
//!
//! SQLite's own waiting looks less and less often, at last ten times a second. Among writers that hardly pause, whoever has
//! waited longest is then the least likely to find a gap, and gives up. Here it is the most likely: the longer one waits,
//! the more often it looks, and nobody looks in step with another.

use std::hash::{BuildHasher as _, RandomState};
use std::thread;
use std::time::{Duration, Instant};

/// The time between two looks of who has just come, on average. Most changes take less.
const FIRST: Duration = Duration::from_micros(300);

/// The same of who has waited almost as long as anybody does.
const LAST: Duration = Duration::from_micros(50);

/// What a connection does each time it finds the database busy: it waits, and says whether to look again. It says no once
/// `limit` has passed since the first time.
pub(super) fn patience(limit: Duration) -> impl FnMut(i32) -> bool + Send + 'static {
    let mut since = Instant::now();
    let dice = RandomState::new();
    move |looks| {
        let waited = if looks == 0 { Duration::ZERO } else { since.elapsed() };
        if looks == 0 {
            since = Instant::now();
        }
        let Some(left) = limit.checked_sub(waited).filter(|left| !left.is_zero()) else { return false };
        let rest = rest(waited, limit, dice.hash_one((looks, waited)));
        thread::park_timeout(rest.min(left));
        true
    }
}

/// How long to wait before the next look: between half and one and a half of the average, which shrinks with the wait.
fn rest(waited: Duration, limit: Duration, random: u64) -> Duration {
    let done = (waited.as_secs_f64() / limit.as_secs_f64()).clamp(0.0, 1.0);
    let average = FIRST.mul_f64(1.0 - done) + LAST.mul_f64(done);
    let spread = u32::try_from(random % 1024).unwrap_or_default();
    average / 2 + average * spread / 1024
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{FIRST, LAST, patience, rest};

    #[test]
    fn whoever_waits_longer_looks_more_often_and_nobody_in_step() {
        let limit = Duration::from_secs(1);
        let at = |waited: u32, random: u64| rest(limit * waited / 10, limit, random);
        for waited in 0..=10 {
            assert!(at(waited, 0) < at(waited, 512) && at(waited, 512) < at(waited, 1023), "{waited}");
            if waited > 0 {
                assert!(at(waited, 700) < at(waited - 1, 700), "{waited}");
            }
        }
        assert_eq!((at(0, 512), at(10, 512)), (FIRST, LAST));
        assert_eq!(at(11, 512), LAST, "a look that came late is one as any");
    }

    #[test]
    fn a_wait_ends_at_its_limit_and_the_next_one_begins_anew() {
        let mut patience = patience(Duration::from_millis(20));
        for _ in 0..2 {
            let mut looks = 0;
            while patience(looks) {
                looks += 1;
            }
            assert!(looks > 0, "it waits at least once");
        }
    }
}
