//! docs/tutorial.md, gone through as a newcomer does: its files are saved, its changes made, its commands given to a shell
//! with the real program in an empty folder, and what they answer is what stands there.
#![allow(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a command's answer ends with in the output of a block.
const END: char = '\u{1}';

/// Where the reader is.
struct Reader {
    folder: PathBuf,
    commands: usize,
}

impl Reader {
    fn read(&mut self, info: &str, text: &str) -> Result<(), String> {
        let (kind, name) = info.split_once(' ').unwrap_or((info, ""));
        let path = self.folder.join(name);
        match kind {
            "console" => return self.console(text),
            "file" => std::fs::write(path, text).unwrap(),
            "append" => std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + text).unwrap(),
            "diff" => {
                let side = |marks: [char; 2]| -> String {
                    let lines = text.lines().filter(|line| line.starts_with(marks));
                    lines.map(|line| format!("{}\n", &line[1..])).collect()
                };
                let (before, after) = (side([' ', '-']), side([' ', '+']));
                let whole = std::fs::read_to_string(&path).unwrap();
                if whole.matches(&before).count() != 1 {
                    return Err(format!("this does not stand in {name} once:\n{before}\n{whole}"));
                }
                std::fs::write(path, whole.replace(&before, &after)).unwrap();
            }
            _ => return Err(format!("nothing is known of a block `{info}`")),
        }
        Ok(())
    }

    /// Gives the commands of a block to one shell, and compares what each answers.
    fn console(&mut self, text: &str) -> Result<(), String> {
        let mut asked: Vec<(&str, String)> = Vec::new();
        for line in text.lines() {
            match (line.strip_prefix("$ "), asked.last_mut()) {
                (Some(command), _) => asked.push((command, String::new())),
                (None, Some((_, answer))) => *answer += &format!("{line}\n"),
                (None, None) => return Err(format!("{line}: no command stands before it")),
            }
        }
        let script: String = asked.iter().map(|(command, _)| format!("{command}\nprintf '\\001'\n")).collect();
        let program = Path::new(env!("CARGO_BIN_EXE_flowrun")).parent().unwrap();
        let mut paths = vec![program.to_path_buf()];
        paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("exec 2>&1\n{script}pwd")]).current_dir(&self.folder);
        shell.env("PATH", std::env::join_paths(paths).unwrap()).env_remove("CI");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("FLOWRUN_") {
                shell.env_remove(name);
            }
        }
        let out = String::from_utf8(shell.output().unwrap().stdout).unwrap();
        let mut answers = out.split(END);
        for (command, wanted) in &asked {
            let got = answers.next().unwrap_or_default();
            if !fits(wanted.trim_end(), got.trim_end()) {
                return Err(format!("$ {command}\n{got}\n-- but the page says\n{wanted}"));
            }
            self.commands += 1;
        }
        self.folder = PathBuf::from(answers.next().unwrap_or_default().trim());
        Ok(())
    }
}

/// Whether an answer is as the page says, line by line; `…` stands for what is different each time.
fn fits(wanted: &str, got: &str) -> bool {
    wanted.lines().count() == got.lines().count()
        && wanted.lines().zip(got.lines()).all(|(wanted, got)| line_fits(wanted.trim_end(), got.trim_end()))
}

fn line_fits(wanted: &str, got: &str) -> bool {
    let Some((start, rest)) = wanted.split_once('…') else { return wanted == got };
    let Some(got) = got.strip_prefix(start) else { return false };
    got.char_indices().any(|(at, first)| line_fits(rest, &got[at + first.len_utf8()..]))
}

#[test]
fn the_tutorial_works_as_it_is_written() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tutorial.md");
    let page = std::fs::read_to_string(page).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut reader = Reader { folder: folder.path().to_path_buf(), commands: 0 };
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let text: String = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").fold(
            String::new(),
            |mut text, line| {
                text.push_str(line);
                text.push('\n');
                text
            },
        );
        if let Err(wrong) = reader.read(info, &text) {
            panic!("docs/tutorial.md:{}: {wrong}", number + 1);
        }
    }
    assert!(reader.commands > 20, "only {} commands", reader.commands);
}

#[test]
fn an_answer_that_is_another_one_is_seen() {
    assert!(fits("took … s", "took 1.5 s"));
    assert!(fits("a … b\n…", "a 1 b\n2"));
    assert!(!fits("took … s", "took 1.5 m"));
    assert!(!fits("1 passed", "2 passed"));
    assert!(!fits("one", "one\ntwo"));
}
