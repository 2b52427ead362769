//! connectors

pub(super) fn run(_: Option<&str>, _: super::args::Format) -> super::exit::Outcome {
    Ok(super::exit::Exit::Done)
}
