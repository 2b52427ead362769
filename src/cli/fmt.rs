//! `flowrun fmt`: the one layout.

use super::args;
use super::exit::{Exit, Failure, Outcome};
use super::{output, project};
use crate::lang::format::format;

pub(super) fn run(args: &args::Fmt) -> Outcome {
    let mut changed = 0;
    for path in project::flows(&args.paths)? {
        let source = project::read(&path)?;
        let formatted = format(&source.text);
        if *formatted == *source.text {
            continue;
        }
        changed += 1;
        if args.check {
            output::line(&format!("{} is not laid out as `flowrun fmt` does it", path.display()))?;
            continue;
        }
        // Written beside and renamed, so that a full disk or a Ctrl-C never leaves half a flow.
        let beside = path.with_extension("flow.new");
        std::fs::write(&beside, &formatted)
            .and_then(|()| std::fs::rename(&beside, &path))
            .map_err(|error| Failure::usage(format!("{} cannot be written: {error}", path.display())))?;
        output::note(&format!("{} laid out", path.display()));
    }
    Ok(if args.check && changed > 0 { Exit::Attention } else { Exit::Done })
}
