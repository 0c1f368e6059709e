//! Named points inside a write where a test may kill the process, to see what a crash leaves behind.

/// The points, in order; `tests/cli/crash.rs` kills the process at each.
#[cfg(feature = "stop-points")]
pub(crate) const ENVIRONMENT: &str = "GIT_SUPPORT_STOP";

/// The point where it waits for ever, as on a disk that does not answer.
#[cfg(feature = "stop-points")]
const HANGS: &str = "GIT_SUPPORT_HANG";

/// Dies here, as by `kill -9`, or waits, if the environment names this point.
#[cfg(feature = "stop-points")]
#[expect(clippy::disallowed_methods, reason = "a switch for tests, compiled into test builds only")]
pub(crate) fn here(point: &str) {
    if std::env::var(ENVIRONMENT).is_ok_and(|name| name == point) {
        crate::store::git::platform::die();
    }
    while std::env::var(HANGS).is_ok_and(|name| name == point) {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// Nothing: outside tests a write has no stop points.
#[cfg(not(feature = "stop-points"))]
pub(crate) fn here(_point: &str) {}
