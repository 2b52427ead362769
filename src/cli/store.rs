//! `flowrun store`: whether a store is sound, and how it is carried elsewhere.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use serde_json::json;

use super::args::{Format, StoreCommand};
use super::exit::{Exit, Failure, Outcome};
use super::{output, table};
use crate::store::embedded::{self, FileReport, Report};

pub(super) fn run(command: &StoreCommand) -> Outcome {
    match command {
        StoreCommand::Verify { path, format } => verify(path, *format),
        StoreCommand::Export { path, output } => export(path, output.as_deref()),
        StoreCommand::Import { file, path } => import(file, path),
    }
}

fn existing(path: &Path) -> Result<(), Failure> {
    if path.is_dir() { Ok(()) } else { Err(Failure::usage(format!("there is no store {}", path.display()))) }
}

fn verify(path: &Path, format: Format) -> Outcome {
    existing(path)?;
    let report = embedded::verify(path)?;
    match format {
        Format::Json => output::line(&whole(&report).to_string())?,
        Format::Human => human(&report)?,
    }
    if report.is_sound() {
        Ok(Exit::Done)
    } else {
        Err(Failure::usage(format!("the store {} is damaged; restore the last export of it", report.path)))
    }
}

fn human(report: &Report) -> Result<(), Failure> {
    let verdict = if report.is_sound() { "sound" } else { "damaged" };
    output::line(&format!("{}: {verdict}", report.path))?;
    let files: Vec<Vec<String>> = report
        .base
        .iter()
        .chain(&report.journals)
        .map(|FileReport { name, bytes, frames, .. }| vec![name.clone(), bytes.to_string(), frames.to_string()])
        .collect();
    output::line(&format!("\n{}", table::render(&["file", "bytes", "frames"], &files)))?;
    let entries: Vec<Vec<String>> =
        report.entries.iter().map(|(name, count)| vec![name.clone(), count.to_string()]).collect();
    if !entries.is_empty() {
        output::line(&format!("\n{}", table::render(&["table", "entries"], &entries)))?;
    }
    output::line(&format!("\nindex: {}", report.index))?;
    if report.torn_bytes > 0 {
        let torn = report.torn_bytes;
        output::line(&format!("{torn} bytes of a write that was never acknowledged; the next start drops them"))?;
    }
    report.problems.iter().try_for_each(|problem| output::line(&format!("problem: {problem}")))
}

fn whole(report: &Report) -> serde_json::Value {
    let file = |file: &FileReport| json!({"name": file.name, "bytes": file.bytes, "frames": file.frames});
    json!({
        "path": report.path,
        "sound": report.is_sound(),
        "base": report.base.as_ref().map(file),
        "journals": report.journals.iter().map(file).collect::<Vec<_>>(),
        "sequence": report.sequence,
        "torn_bytes": report.torn_bytes,
        "entries": report.entries,
        "index": report.index,
        "problems": report.problems,
    })
}

fn export(path: &Path, to: Option<&Path>) -> Outcome {
    existing(path)?;
    let done = match to {
        None => {
            let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
            let done = embedded::export(path, &mut out)?;
            output::finish(out.flush())?;
            done
        }
        Some(file) => export_to(path, file)?,
    };
    output::note(&format!("{} entries, sha256 {}", done.entries, done.sha256));
    Ok(Exit::Done)
}

/// Written beside and moved into place, so that a half export never stands where a whole one is looked for.
fn export_to(path: &Path, file: &Path) -> Result<embedded::Transferred, Failure> {
    let refuse = |error: std::io::Error| Failure::usage(format!("{}: {error}", file.display()));
    let mut draft = file.as_os_str().to_owned();
    draft.push(".new");
    let draft = Path::new(&draft);
    let write = || -> Result<embedded::Transferred, Failure> {
        let mut out = BufWriter::with_capacity(1 << 16, File::create(draft).map_err(refuse)?);
        let done = embedded::export(path, &mut out)?;
        out.into_inner().map_err(|error| refuse(error.into_error()))?.sync_all().map_err(refuse)?;
        std::fs::rename(draft, file).map_err(refuse)?;
        Ok(done)
    };
    let done = write();
    if done.is_err() {
        // What is left of the draft is of no use; that it cannot be removed either changes nothing.
        let _ = std::fs::remove_file(draft);
    }
    done
}

fn import(file: &Path, path: &Path) -> Outcome {
    let refuse = |error: std::io::Error| Failure::usage(format!("{} cannot be read: {error}", file.display()));
    let mut reader = BufReader::with_capacity(1 << 16, File::open(file).map_err(refuse)?);
    let done = embedded::import(&mut reader, path)?;
    output::note(&format!("{} entries, sha256 {}; the store is {}", done.entries, done.sha256, path.display()));
    Ok(Exit::Done)
}
