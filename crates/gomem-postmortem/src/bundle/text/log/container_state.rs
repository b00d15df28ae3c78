//! What stands around the state of a container, or of a systemd unit, that was killed: its memory limit, and how often it was started.

use gomem_table::ByteUnits;

use crate::bundle::text::{machine::machine_bytes::of_machine, words::amount_line::AmountLine};

/// The limit of a container by what stands above and below its state.
pub(crate) fn limit_around(above: &[u8], below: &[u8]) -> Option<u64> {
    let of_kubernetes = || limit_of_container(below).or_else(|| limit_of_inspect(below));
    let of_container = limit_of_task(above, below).or_else(of_kubernetes).or_else(|| limit_of_manifest(above));
    of_container.or_else(|| limit_of_invocation(below))
}

/// The size of a function that Lambda reports below its end.
fn limit_of_invocation(below: &[u8]) -> Option<u64> {
    let lines = below.split(|&byte| byte == b'\n').take(FARTHEST_REPORT);
    let mut reports = lines.filter_map(|line| AmountLine::of_lambda(std::str::from_utf8(line).ok()?));
    reports.next()?.limit.map(|bytes| bytes as u64)
}

/// `Restart Count:  41`, `restartCount: 41`, below the state of a container.
pub(crate) fn restarts(rest: &[u8]) -> Option<u64> {
    let mut own = lines_of_container(rest)
        .take_while(|line| !["Container ID:", "- containerID:"].iter().any(|next| line.starts_with(next)));
    let count =
        own.find_map(|line| line.strip_prefix("Restart Count:").or_else(|| line.strip_prefix("restartCount:")))?;
    count.trim().parse().ok()
}

/// The limit that `systemctl status` shows of a unit: `Memory: 0B (max: 8.0G peak: 8.0G swap: 0B)`.
pub(crate) fn limit_of_unit(text: &[u8]) -> Option<u64> {
    let mut limits = text.split(|&byte| byte == b'\n').filter_map(|line| {
        let (_, of_unit) = std::str::from_utf8(line).ok()?.trim_start().strip_prefix("Memory: ")?.split_once('(')?;
        let (_, limit) = of_unit.split_once("max: ")?;
        // What systemd calls G is binary.
        of_machine(ByteUnits::Binary.parse(limit.split([' ', ')']).next()?)?)
    });
    let first = limits.next()?;
    limits.all(|limit| limit == first).then_some(first as u64)
}

/// The memory limit that `kubectl describe` shows of a container, below its last state.
///
/// ```text
///     Limits:
///       memory:  90Mi
/// ```
fn limit_of_container(rest: &[u8]) -> Option<u64> {
    let mut lines = lines_of_container(rest);
    // The state of another container has limits of its own.
    lines.by_ref().take_while(|line| !line.starts_with("Container ID:")).find(|line| *line == "Limits:")?;
    let memory = lines
        .take(MOST_RESOURCES)
        .take_while(|line| *line != "Requests:")
        .find_map(|line| line.strip_prefix("memory:"))?;
    quantity(memory.trim())
}

/// The memory limit that `aws ecs describe-tasks` has beside a container's end, in the same object: `"memory": "512"`, in MiB.
fn limit_of_task(above: &[u8], below: &[u8]) -> Option<u64> {
    let near = String::from_utf8_lossy(&above[above.len().saturating_sub(FARTHEST_LIMIT)..]);
    let before = &near[near.rfind('{')?..];
    let below = String::from_utf8_lossy(&below[..below.len().min(FARTHEST_LIMIT)]);
    let after = &below[..below.find('}')?];
    (before.contains("\"lastStatus\"") || before.contains("\"exitCode\"")).then_some(())?;
    let of = |text: &str| {
        let (_, value) = text.split_once("\"memory\": \"")?;
        value.split('"').next()?.parse::<u64>().ok()
    };
    of(after).or_else(|| of(before))?.checked_mul(1 << 20)
}

/// The memory limit that a pod's manifest has above the states of its containers, where all of them have the same.
///
/// ```text
///       resources:
///         limits:
///           memory: 1Gi
/// ```
fn limit_of_manifest(above: &[u8]) -> Option<u64> {
    let near = &above[above.len().saturating_sub(FARTHEST_LIMIT)..];
    let lines: Vec<&str> =
        near.split(|&byte| byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok()).map(str::trim).collect();
    let containers = lines.iter().filter(|line| line.starts_with("image:") || line.starts_with("- image:")).count();
    let of_limits = |at: usize| {
        let below = lines.iter().skip(at + 1).take(MOST_RESOURCES).take_while(|line| **line != "requests:");
        quantity(below.clone().find_map(|line| line.strip_prefix("memory:"))?.trim())
    };
    let mut limits = lines.iter().enumerate().filter(|(_, line)| **line == "limits:").map(|(at, _)| of_limits(at));
    let first = limits.next()??;
    (containers <= 1 && limits.all(|limit| limit == Some(first))).then_some(first)
}

/// The memory limit that `docker inspect` has below a container's state, in `HostConfig`; 0 is none.
fn limit_of_inspect(rest: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(&rest[..rest.len().min(FARTHEST_INSPECT)]);
    // The state of another container has limits of its own.
    let own = text.split_once("\"State\"").map_or(&*text, |(own, _)| own);
    let (_, settings) = own.split_once("\"HostConfig\"")?;
    let (_, memory) = settings.split_once("\"Memory\":")?;
    quantity(memory.split([',', '}']).next()?.trim()).filter(|&bytes| bytes > 0)
}

/// What `kubectl describe` shows near below a container's state.
fn lines_of_container(rest: &[u8]) -> impl Iterator<Item = &str> {
    let near = &rest[..rest.len().min(FARTHEST_LIMIT)];
    near.split(|&byte| byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok()).map(str::trim)
}

/// Bytes as Kubernetes writes them: `90Mi`, `1G`, `134217728`.
fn quantity(text: &str) -> Option<u64> {
    let bytes = text.parse().ok().or_else(|| ByteUnits::Standard.parse(text))?;
    of_machine(bytes).map(|bytes| bytes as u64)
}

/// How far below a container's state its limits stand, and how many resources they have.
const FARTHEST_LIMIT: usize = 4 << 10;
const FARTHEST_INSPECT: usize = 32 << 10;
const MOST_RESOURCES: usize = 8;
/// How many lines below the end of an invocation its report stands.
const FARTHEST_REPORT: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::text::{log::crash::Crash, machine::kernel_line::Exhausted};

    #[test]
    fn lambda_reports_the_size_below_the_end() {
        let text = "RequestId: 7c1e Error: Runtime exited with error: signal: killed\nRuntime.ExitError\nEND RequestId: 7c1e\n\
                    REPORT RequestId: 7c1e\tDuration: 3211.45 ms\tMemory Size: 128 MB\tMax Memory Used: 128 MB\t\n";
        assert_eq!(Crash::last_in(text.as_bytes(), b"").unwrap().limit_bytes, Some(128 << 20));
    }

    #[test]
    fn the_limit_of_a_container_stands_below_its_state() {
        let described = |limits: &str| {
            let text = format!(
                "    Last State:     Terminated\n      Reason:       OOMKilled\n      Exit Code:    137\n    Ready:          True\n{limits}"
            );
            let crash = Crash::last_in(text.as_bytes(), b"").unwrap();
            (crash.limit_bytes, crash.exhausted)
        };
        for (limits, bytes) in [
            (
                "    Limits:\n      cpu:     100m\n      memory:  90Mi\n    Requests:\n      memory:  60Mi\n",
                Some(90 << 20),
            ),
            ("    Limits:\n      memory:  1G\n", Some(1_000_000_000)),
            ("    Limits:\n      cpu:  1\n    Requests:\n      memory:  60Mi\n", None),
            ("    Requests:\n      memory:  60Mi\n", None),
            ("  other:\n    Container ID:  x\n    Limits:\n      memory:  90Mi\n", None),
            ("    Limits:\n      memory:  99999999999999999999Gi\n", None),
        ] {
            assert_eq!(described(limits), (bytes, Exhausted::Group), "{limits}");
        }
    }

    #[test]
    fn the_limit_of_a_manifest_stands_above_the_state() {
        let limit = |containers: &str| {
            let state = "  containerStatuses:\n    - lastState:\n        terminated:\n          exitCode: 137\n          reason: OOMKilled\n";
            let text = format!("spec:\n  containers:\n{containers}status:\n{state}      restartCount: 1\n");
            Crash::last_in(text.as_bytes(), b"").unwrap().limit_bytes
        };
        let of = |bytes: &str| {
            format!(
                "    - image: a\n      resources:\n        limits:\n          cpu: '1'\n          memory: {bytes}\n        requests:\n          memory: 64Mi\n"
            )
        };
        assert_eq!(limit(&of("1Gi")), Some(1 << 30));
        assert_eq!(limit(&(of("1Gi") + &of("2Gi"))), None, "which of both it was is not told");
        assert_eq!(limit("    - image: a\n      resources:\n        requests:\n          memory: 64Mi\n"), None);
    }

    #[test]
    fn a_task_of_ecs_has_its_limit_beside_its_end() {
        let limit = |memory: &str| {
            let text = format!(
                "[{{\"name\": \"other\", \"memory\": \"64\"}},\n{{\n\"lastStatus\": \"STOPPED\",\n\"exitCode\": 137,\n\"reason\": \"OutOfMemoryError: \
                 Container killed due to memory usage\",\n{memory}\n\"cpu\": \"256\"\n}}]\n"
            );
            Crash::last_in(text.as_bytes(), b"").unwrap().limit_bytes
        };
        assert_eq!(limit("\"memory\": \"512\","), Some(512 << 20));
        assert_eq!(limit(""), None);
        assert_eq!(limit("\"memory\": \"99999999999999999999\","), None);
    }

    #[test]
    fn docker_and_systemd_have_limits_too() {
        let inspect = |memory: &str| {
            let text = format!(
                "[{{\n\"State\": {{\n\"Status\": \"exited\",\n\"OOMKilled\": true,\n\"Pid\": 0,\n\"ExitCode\": 137,\n\"StartedAt\": \
                 \"2026-02-01T10:00:00Z\",\n\"FinishedAt\": \"2026-02-01T12:00:00Z\"\n}},\n\"HostConfig\": {{\n\"CpuShares\": 0,\n\"Memory\": \
                 {memory},\n\"MemorySwap\": 9\n}}\n}}]\n"
            );
            let crash = Crash::last_in(text.as_bytes(), b"").unwrap();
            (crash.limit_bytes, crash.lived_seconds)
        };
        assert_eq!(inspect("536870912"), (Some(512 << 20), Some(7200.0)));
        assert_eq!(inspect("0"), (None, Some(7200.0)));
        let unit = |memory: &str| limit_of_unit(format!("   Active: failed\n   Memory: {memory}\n").as_bytes());
        assert_eq!(unit("0B (max: 8.0G peak: 8.0G swap: 0B)"), Some(8 << 30));
        assert_eq!(unit("7.9G (peak: 8.0G)"), None);
        assert_eq!(unit("7.9G"), None);
    }
}
