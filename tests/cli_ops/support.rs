//! A directory with flows and environments, and the program in it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A marketplace whose orders the flow rejects.
pub(crate) const HELD_BACK: &str = "reject when";

pub(crate) struct Place {
    directory: tempfile::TempDir,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }

    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// The one JSON object on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{}", self.out);
        serde_json::from_str(&self.out).unwrap()
    }

    /// JSON objects, one a line.
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[track_caller]
    pub(crate) fn says(self, what: &str) -> Self {
        assert!(self.out.contains(what) || self.err.contains(what), "no {what:?} in\n{}\n{}", self.out, self.err);
        self
    }
}

impl Place {
    /// With the flow `flows/buyers.flow` and an environment `sandbox` of 60 orders.
    pub(crate) fn new() -> Self {
        let place = Self { directory: tempfile::tempdir().unwrap() };
        let flow = include_str!("buyers.flow");
        place.write("flows/buyers.flow", flow);
        place.write("flows/environments/sandbox.yaml", "buyer_data: allowed\nsandbox: { orders: 60 }\n");
        place
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.directory.path().join(relative)
    }

    pub(crate) fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Takes the rule out of the flow that rejects orders.
    pub(crate) fn mend(&self) {
        let text = include_str!("buyers.flow");
        let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with(HELD_BACK)).collect();
        self.write("flows/buyers.flow", &(kept.join("\n") + "\n"));
    }

    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flowrun"));
        command.args(words.split_whitespace()).current_dir(self.directory.path()).env("USER", "tester");
        for name in ["FLOWRUN_SANDBOX", "FLOWRUN_STORE", "FLOWRUN_STORE_KEY", "FLOWRUN_ENVIRONMENTS", "LOGNAME"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs the program to its end.
    pub(crate) fn flowrun(&self, words: &str) -> Said {
        Said::of(&self.command(words).output().unwrap())
    }

    /// Starts the program and leaves it to itself.
    pub(crate) fn start(&self, words: &str) -> Child {
        self.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

/// Sends a signal to a process of this test.
pub(crate) fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap().success());
}

/// Waits for the end of a process, and kills it if it does not come.
pub(crate) fn ended(mut child: Child) -> Said {
    let deadline = Instant::now() + Duration::from_secs(60);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > deadline {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Said::of(&child.wait_with_output().unwrap())
}

/// Every file below a directory.
pub(crate) fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}
