//! Tells the time, so that a test can say what time it is.

/// Where the time comes from: a function that returns milliseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Clock(fn() -> u64);

impl Clock {
    /// A clock that asks `now`.
    #[must_use]
    pub fn new(now: fn() -> u64) -> Self {
        Self(now)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn now_ms(self) -> u64 {
        (self.0)()
    }
}

/// Milliseconds since 1970 as ISO 8601 in UTC, such as `2026-09-21T14:13:20Z`.
pub(crate) fn utc(time_ms: u64) -> String {
    const DAYS_BEFORE_1970: u64 = 719_468;
    const DAYS_IN_400_YEARS: u64 = 146_097;
    let seconds = time_ms / 1000;
    // Years are counted from March, so that the leap day ends one.
    let days = seconds / 86_400 + DAYS_BEFORE_1970;
    let of_era = days % DAYS_IN_400_YEARS;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = days / DAYS_IN_400_YEARS * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::utc;

    #[test]
    fn a_time_reads_as_a_date_and_a_time_of_day() {
        for (time_ms, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_790_000_000_999, "2026-09-21T14:13:20Z"),
            (4_107_542_399_000, "2100-02-28T23:59:59Z"),
        ] {
            assert_eq!(utc(time_ms), text);
        }
    }
}
