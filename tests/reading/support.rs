//! The program in the repository, or in a directory of its own.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What a command said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err))
    }
}

/// Runs the program in the repository.
pub(crate) fn flowrun(words: &str) -> Said {
    flowrun_in(Path::new(env!("CARGO_MANIFEST_DIR")), words)
}

/// Runs the program in a directory.
pub(crate) fn flowrun_in(directory: &Path, words: &str) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowrun"));
    command.args(words.split_whitespace()).current_dir(directory);
    for name in ["FLOWRUN_SANDBOX", "FLOWRUN_STORE", "FLOWRUN_STORE_KEY", "FLOWRUN_ENVIRONMENTS"] {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Said { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

/// The line of the order flow that begins so, from 1.
pub(crate) fn line_of(start: &str) -> u64 {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/flows/order_sync.flow")).unwrap();
    let at = text.lines().position(|line| line.trim_start().starts_with(start));
    at.unwrap_or_else(|| panic!("no line begins with {start}")) as u64 + 1
}
