//! The `gomem` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(gomem_cli::run_process(std::env::args_os()))
}
