//! graph

pub(super) fn run(_: &std::path::Path, _: super::args::GraphFormat) -> super::exit::Outcome {
    Ok(super::exit::Exit::Done)
}
