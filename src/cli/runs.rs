//! runs

pub(super) fn run(_: &super::args::At, _: Option<&str>, _: usize, _: super::args::Format) -> super::exit::Outcome {
    Ok(super::exit::Exit::Done)
}
