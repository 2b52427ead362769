//! run

pub(super) fn run(_: &super::args::Run) -> super::exit::Outcome {
    Ok(super::exit::Exit::Done)
}
pub(super) struct Settings;
impl Settings {
    pub(super) fn for_compiler(&self) -> crate::lang::Environment {
        crate::lang::Environment::default()
    }
}
pub(super) fn settings(
    _: &std::path::Path,
    _: &str,
    _: Option<&std::path::Path>,
) -> Result<Settings, super::exit::Failure> {
    Ok(Settings)
}
