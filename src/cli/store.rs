//! store

pub(super) fn run(_: &super::args::StoreCommand) -> super::exit::Outcome {
    Ok(super::exit::Exit::Done)
}
