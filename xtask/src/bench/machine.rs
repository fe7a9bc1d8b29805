//! What the figures were measured on.

use anyhow::Result;
use fs_err as fs;

use super::harness::Harness;
use crate::process::Tool;

/// Lines of a Markdown list.
pub(super) fn describe(harness: &Harness) -> Result<String> {
    let processors = std::thread::available_parallelism()?;
    let asked = |tool: Tool| -> Result<String> { Ok(tool.quiet()?.trim().to_owned()) };
    let lines = [
        format!("{processors} × {}", processor()),
        format!("{} of memory", memory()),
        format!("Linux {}", asked(harness.tool("uname")?.arg("-r"))?),
        asked(harness.nix()?.arg("--version"))?,
        asked(harness.tool("git")?.arg("--version"))?,
        asked(crate::cargo::cargo()?.arg("--version"))?,
        asked(harness.tool("date")?.arg("+%Y-%m-%d"))?,
    ];
    Ok(lines.map(|line| format!("- {line}\n")).concat())
}

/// What to say where others use the machine too much for times in milliseconds to mean anything.
pub(super) fn is_busy() -> Option<String> {
    let said = fs::read_to_string("/proc/loadavg").ok()?;
    let load: f64 = said.split_whitespace().next()?.parse().ok()?;
    (load > 1.0).then(|| {
        format!(
            "bench: the machine is busy (a load of {load}), so bounds in milliseconds mean little"
        )
    })
}

fn processor() -> String {
    let said = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = said
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    model.map_or_else(
        || format!("processors ({})", std::env::consts::ARCH),
        |model| model.trim_start_matches([':', '\t', ' ']).to_owned(),
    )
}

fn memory() -> String {
    let said = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = said.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kibibytes = total.and_then(|total| total.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    let gibibytes = kibibytes.unwrap_or_default().div_ceil(1024 * 1024);
    format!("{gibibytes} GiB")
}
