//! The mapping in VRL, run by VRL's library as its command line runs it: each order is a value, the program changes it, and
//! what it gives is written. The small table is an object in the program's metadata; orders.vrl says what became of the large one.

use std::collections::BTreeMap;
use std::io::{BufRead, BufWriter, Write};
use std::path::Path;

use vrl::compiler::runtime::Runtime;
use vrl::compiler::state::RuntimeState;
use vrl::compiler::{TargetValue, TimeZone, compile};
use vrl::value::{KeyString, Secrets, Value};

const PROGRAM: &str = include_str!("../orders.vrl");

/// From standard input to standard output, with the tables of a folder.
pub fn run(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut channels: BTreeMap<KeyString, Value> = BTreeMap::new();
    for row in csv::Reader::from_path(folder.join("channels.csv"))?.into_deserialize() {
        let (marketplace, channel, price_list): (String, String, String) = row?;
        let sold: BTreeMap<KeyString, Value> =
            [("channel".into(), channel.into()), ("price_list".into(), price_list.into())].into();
        channels.insert(marketplace.into(), Value::Object(sold));
    }
    let tables: BTreeMap<KeyString, Value> = [("channels".into(), Value::Object(channels))].into();
    let program = compile(PROGRAM, &vrl::stdlib::all())
        .map_err(|errors| vrl::diagnostic::Formatter::new(PROGRAM, errors).to_string())?
        .program;
    let mut runtime = Runtime::new(RuntimeState::default());
    let zone = TimeZone::default();
    let mut target = TargetValue { value: Value::Null, metadata: Value::Object(tables), secrets: Secrets::default() };
    let mut input = std::io::stdin().lock();
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        target.value = serde_json::from_slice::<Value>(&line)?;
        let mapped = runtime.resolve(&mut target, &program, &zone).map_err(|error| error.to_string())?;
        serde_json::to_writer(&mut out, &mapped)?;
        out.write_all(b"\n")?;
        runtime.clear();
    }
    out.flush()?;
    Ok(())
}
