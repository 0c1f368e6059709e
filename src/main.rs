//! The `git-support` binary: hands the arguments to the library and returns its exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    git_support::cli::main(std::env::args_os().collect())
}
