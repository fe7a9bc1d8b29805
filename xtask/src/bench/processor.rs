//! How much processor time processes took, as `/proc` tells it, in hundredths of a second.

use std::time::Duration;

use anyhow::{Context as _, Result};
use fs_err as fs;

/// The unit in `/proc`, on every Linux that there is.
const TICK: Duration = Duration::from_millis(10);

/// Where the columns are behind the name, which may hold anything.
const OWN: usize = 11;
const OF_CHILDREN: usize = 13;

/// Of all that this process has started and waited for, with all that those have waited for.
pub(super) fn of_what_has_ended() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    parse(&stat, OF_CHILDREN).context("/proc/self/stat has no times")
}

/// Of one process with all of its threads; nothing of one that is gone.
pub(super) fn of(process: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    parse(&stat, OWN)
}

/// The time in the column and that in the next one: as itself, and as the system.
fn parse(stat: &str, column: usize) -> Option<Duration> {
    let (_, columns) = stat.rsplit_once(')')?;
    let mut times = columns.split_whitespace().skip(column);
    let mut ticks = || times.next()?.parse::<u32>().ok();
    Some(TICK * (ticks()? + ticks()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_the_kernel_writes_them() {
        let stat = "42 (a ) b) S 1 42 42 0 -1 4194560 900 800 0 0 7 3 200 50 20 0 1 0 100";
        assert_eq!(parse(stat, OWN), Some(Duration::from_millis(100)));
        assert_eq!(parse(stat, OF_CHILDREN), Some(Duration::from_millis(2500)));
        assert_eq!(parse("42 (gone) Z 1", OWN), None);
    }
}
