//! sandbox

pub(super) fn run(_: &super::args::Sandbox) -> super::exit::Outcome {
    Ok(super::exit::Exit::Done)
}
