//! The `flowrun` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    flowrun::cli::main()
}
