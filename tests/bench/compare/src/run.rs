//! All of them in one run: each several times in turn, so that what disturbs the machine disturbs all alike, and the
//! median of each.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;

/// Times everything over the files of a folder and prints a table. Bind it to one processor for one-core figures:
/// `taskset -c 0 compare run …`.
pub fn all(flowrun: &str, folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let own = std::env::current_exe()?;
    let own = own.to_str().ok_or("the path of this program is no text")?;
    let file = |name: &str| folder.join(name).display().to_string();
    let dir = folder.display().to_string();
    let (orders, flow) = (file("orders.ndjson"), file("orders.flow"));
    let (settlement, booking) = (file("settlement.tsv"), file("settlement.flow"));
    let mapping: Vec<(&str, Vec<String>)> = vec![
        ("serde structs by hand", words(&[own, "hand", &dir])),
        ("flowrun map, one thread", words(&[flowrun, "map", &flow, "--threads", "1"])),
        ("flowrun map, two threads", words(&[flowrun, "map", &flow, "--threads", "2"])),
        ("VRL, the library", words(&[own, "vrl", &dir])),
        ("serde_json, parse and serialise", words(&[own, "parse"])),
    ];
    table("orders", &orders, &mapping)?;
    let booking: Vec<(&str, Vec<String>)> = vec![
        ("csv and rust_decimal by hand", words(&[own, "hand-settlement", &dir])),
        ("flowrun map", words(&[flowrun, "map", &booking, "--input", &settlement, "--threads", "1"])),
    ];
    table("settlement", &settlement, &booking)
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn table(name: &str, input: &str, commands: &[(&str, Vec<String>)]) -> Result<(), Box<dyn std::error::Error>> {
    let records = std::fs::read(input)?.iter().filter(|&&byte| byte == b'\n').count();
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); commands.len()];
    for _ in 0..ROUNDS {
        for ((_, words), times) in commands.iter().zip(&mut times) {
            let started = Instant::now();
            let status = Command::new(&words[0])
                .args(&words[1..])
                .stdin(std::fs::File::open(input)?)
                .stdout(Stdio::null())
                .status()?;
            if !status.success() {
                return Err(format!("{} ended with {status}", words.join(" ")).into());
            }
            times.push(started.elapsed());
        }
    }
    println!("{name}: {records} lines, median of {ROUNDS}");
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let medians: Vec<Duration> = times.iter_mut().map(median).collect();
    for ((name, _), time) in commands.iter().zip(&medians) {
        let rate = records as f64 / time.as_secs_f64() / 1000.0;
        let ratio = medians[0].as_secs_f64() / time.as_secs_f64();
        println!("  {name:<32} {:>7.3} s {rate:>8.1} k/s {ratio:>6.2}x", time.as_secs_f64());
    }
    Ok(())
}
