//! Durations as people read them.

use std::time::Duration;

/// `0.312s`, as nextest and cargo show times.
pub fn seconds(duration: Duration) -> String {
    format!("{:.3}s", duration.as_secs_f64())
}

/// `12.3s`, `1m 05s`, `1h 02m`: of something that still runs.
pub fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, _) => {
            let tenths = duration.subsec_millis() / 100;
            format!("{seconds}.{tenths}s")
        }
        (0, minutes, seconds) => format!("{minutes}m {seconds:02}s"),
        (hours, minutes, _) => format!("{hours}h {minutes:02}m"),
    }
}

/// `90s`, `10m`, `1h 5m`, for settings and estimates.
pub fn for_people(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, _) if duration.subsec_millis() > 0 => format!("{:.1}s", duration.as_secs_f64()),
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, 0) => format!("{minutes}m"),
        (0, minutes, seconds) => format!("{minutes}m {seconds}s"),
        (hours, 0, _) => format!("{hours}h"),
        (hours, minutes, _) => format!("{hours}h {minutes}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(seconds(Duration::from_millis(312)), "0.312s");
        assert_eq!(for_people(Duration::from_millis(1500)), "1.5s");
        assert_eq!(for_people(Duration::from_secs(600)), "10m");
        assert_eq!(for_people(Duration::from_secs(75)), "1m 15s");
        assert_eq!(for_people(Duration::from_secs(3900)), "1h 5m");
        assert_eq!(clock(Duration::from_millis(59_999)), "59.9s");
        assert_eq!(clock(Duration::from_secs(65)), "1m 05s");
        assert_eq!(clock(Duration::from_secs(3720)), "1h 02m");
    }
}
