//! Second sources of a flow that `map` runs: `--join NAME=FILE`.

use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use super::Failure;
use crate::connectors::files::{Format, Rows};
use crate::plan::fold::Row as _;
use crate::plan::joined::{Joined, MOST};
use crate::plan::{LookupKind, Plan};
use crate::rehearse::Mocks;
use crate::value::{Value, json};

/// How large a file of JSON may be, which is read at once.
const LARGEST: u64 = 256 << 20;

/// Reads the files; every second source has one.
pub(super) fn read(given: &[String], plan: &Plan, mocks: &mut Mocks) -> Result<(), Failure> {
    for pair in given {
        let (name, path) = pair
            .split_once('=')
            .ok_or_else(|| Failure::usage(format!("--join {pair}: write NAME=FILE, as in rows_of=rows.csv")))?;
        let known = plan.lookups.iter().enumerate().find_map(|(id, lookup)| match &lookup.kind {
            LookupKind::Join(join) if lookup.name == name => Some((id, join)),
            _ => None,
        });
        let (id, join) = known.ok_or_else(|| Failure::usage(format!("the flow joins no source called `{name}`")))?;
        let mut joined = Joined::default();
        let mut add = |record: Value| {
            let fits = joined.add(&join.by, record);
            let why = || Failure::usage(format!("{path} has more than {MOST} records, and all are held"));
            if fits { Ok(()) } else { Err(why()) }
        };
        let columns: Vec<Arc<str>> = join.source.reads.iter().map(|name| Arc::from(name.as_str())).collect();
        records(Path::new(path), &columns, &mut add)?;
        mocks.joined.insert(id, Arc::new(joined.whole()));
    }
    let missing = plan.lookups.iter().enumerate().find(|(id, lookup)| {
        matches!(lookup.kind, LookupKind::Join(_)) && !mocks.joined.contains_key(id) && !mocks.lookups.contains_key(id)
    });
    match missing {
        Some((_, lookup)) => {
            let name = &lookup.name;
            Err(Failure::usage(format!("the flow joins `{name}`: give its records with --join {name}=FILE")))
        }
        None => Ok(()),
    }
}

fn records(
    path: &Path,
    columns: &[Arc<str>],
    add: &mut dyn FnMut(Value) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let refuse = |why: String| Failure::usage(format!("{}: {why}", path.display()));
    let file = std::fs::File::open(path).map_err(|error| refuse(error.to_string()))?;
    if let Some(format) = Format::of(path) {
        let input = Box::new(BufReader::new(file));
        let mut rows = Rows::open(input, format, Some(columns)).map_err(|error| refuse(error.to_string()))?;
        while rows.next().map_err(|error| refuse(error.to_string()))? {
            add(rows.record())?;
        }
        return Ok(());
    }
    let length = file.metadata().map_err(|error| refuse(error.to_string()))?.len();
    if length > LARGEST {
        return Err(refuse(format!("is larger than {LARGEST} bytes; give it as CSV or TSV")));
    }
    drop(file);
    let bytes = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let document = |bytes: &[u8]| json::parse(bytes).map_err(|error| refuse(error.to_string()));
    // One document, or one a line.
    let documents = match json::parse(&bytes) {
        Ok(whole) => vec![whole],
        Err(_) => {
            let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
            lines.map(document).collect::<Result<_, _>>()?
        }
    };
    for document in documents {
        match document {
            Value::List(records) => records.iter().try_for_each(|record| add(record.clone()))?,
            record => add(record)?,
        }
    }
    Ok(())
}
