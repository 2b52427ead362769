//! The same work by hand, in VRL and in a flow, over the same orders and the same settlement. `compare orders DIR N` and
//! `compare settlement DIR N` make the input, `hand`, `parse`, `vrl` and `hand-settlement` are the peers, and `compare run
//! FLOWRUN DIR` times them all in one run.

mod generate;
mod hand;
mod parse;
mod run;
mod settlement;
mod vrl_mapping;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["orders", folder, count] => generate::orders(folder.as_ref(), count.parse()?),
        ["hand", folder] => hand::run(folder.as_ref()),
        ["parse"] => parse::run(),
        ["vrl", folder] => vrl_mapping::run(folder.as_ref()),
        ["settlement", folder, count] => settlement::rows(folder.as_ref(), count.parse()?),
        ["hand-settlement", folder] => settlement::hand(folder.as_ref()),
        ["run", flowrun, folder] => run::all(flowrun, folder.as_ref()),
        _ => Err("see the head of src/main.rs".into()),
    }
}
