//! A report for people and programs: text, JSON, CSV, and a page that needs nothing but a browser.

mod csv;
mod html;
mod json;
mod text;

pub use self::csv::csv;
pub use self::html::html;
pub use self::json::json;
pub use self::text::{line as line_text, text};

use super::State;

/// A state in a word.
fn word(state: State) -> &'static str {
    match state {
        State::Ties => "ties",
        State::Open => "open",
        State::Look => "look",
        State::Differs => "differs",
    }
}
