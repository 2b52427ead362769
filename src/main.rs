//! The `flowrun` program.

fn main() {}
