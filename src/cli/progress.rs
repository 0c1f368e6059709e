//! A progress bar on standard error, for what takes longer than a moment; none where nobody looks.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::commands::Progress;

const FORM: &str = "{msg} {wide_bar} {human_pos}/{human_len} {eta}";

/// A bar up to a number; it goes when it is dropped.
pub(super) fn bar(doing: &'static str, total: usize) -> Progress {
    let total = u64::try_from(total).unwrap_or(u64::MAX);
    let bar = Bar(ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr()));
    bar.0.set_style(ProgressStyle::with_template(FORM).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.0.set_message(doing);
    Box::new(move |done| bar.0.set_position(u64::try_from(done).unwrap_or(u64::MAX)))
}

struct Bar(ProgressBar);

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
