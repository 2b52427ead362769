//! dead_letters

pub(super) fn run(_: &super::args::DeadLetters) -> super::exit::Outcome {
    Ok(super::exit::Exit::Done)
}
