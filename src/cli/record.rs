//! record

pub(super) fn run(_: &str, _: &str, _: &super::args::At, _: super::args::Format) -> super::exit::Outcome {
    Ok(super::exit::Exit::Done)
}
