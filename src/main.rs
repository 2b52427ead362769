//! The `flowrun` program.

use std::process::ExitCode;

/// Records come and go by the thousand, with a few small allocations each.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    flowrun::cli::main()
}
