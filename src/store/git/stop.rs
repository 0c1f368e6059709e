//! Named points inside a write where a test may kill the process, to see what a crash leaves behind.

/// The points, in order; `tests/cli/crash.rs` kills the process at each.
#[cfg(feature = "stop-points")]
pub(crate) const ENVIRONMENT: &str = "GIT_SUPPORT_STOP";

/// Dies here, as by `kill -9`, if the environment names this point.
#[cfg(feature = "stop-points")]
#[expect(clippy::disallowed_methods, reason = "a switch for tests, compiled into test builds only")]
pub(crate) fn here(point: &str) {
    if std::env::var(ENVIRONMENT).is_ok_and(|name| name == point) {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}

/// Nothing: outside tests a write has no stop points.
#[cfg(not(feature = "stop-points"))]
pub(crate) fn here(_point: &str) {}
