//! The same work by hand, in VRL and in a flow, over the same orders. `compare orders DIR N` makes the input,
//! `compare hand|parse < orders > out` are the peers, `compare run …` times them all in one run.

mod generate;
mod hand;
mod parse;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["orders", folder, count] => generate::orders(folder.as_ref(), count.parse()?),
        ["hand", folder] => hand::run(folder.as_ref()),
        ["parse"] => parse::run(),
        _ => Err("compare orders DIR COUNT | hand DIR | parse".into()),
    }
}
