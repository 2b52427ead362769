//! Which files are to be read next, and how far that has got. A file that was read is known by its name and by its
//! content, so that a copy under another name is not read again, and another content under the same name is.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::place::Folder;

/// How many files are remembered. Of more, those that are gone are forgotten.
const MAX_DONE: usize = 10_000;
/// Endings of files that somebody is still writing, by custom.
const UNFINISHED: [&str; 5] = [".part", ".partial", ".tmp", ".filepart", ".crdownload"];

/// How far the files are read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Position {
    /// The file at hand.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) at: Option<At>,
    /// The files that are read, by name.
    #[serde(default)]
    pub(super) done: BTreeMap<String, Stand>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct At {
    /// Its name in the folder.
    pub(super) file: String,
    /// The file as it was when reading began.
    pub(super) stand: Stand,
    /// How many records are read.
    pub(super) row: u64,
}

/// A file at a point in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stand {
    size: u64,
    /// When it was changed, in nanoseconds since 1970.
    changed: u128,
    /// The digest of its content.
    pub(super) digest: String,
}

/// The files that a source reads.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    /// This one, which must be there. It is read as it is.
    One {
        /// What records call it.
        name: String,
        /// Where it is.
        path: PathBuf,
    },
    /// Those of a folder whose names are like a pattern.
    Many {
        /// The folder.
        folder: Folder,
        /// The folder in it, with a slash at the end, or nothing.
        inside: String,
        /// The pattern: `*` is any signs, `?` one sign.
        pattern: String,
        /// How long a file must not have changed before it is read.
        quiet: Duration,
    },
}

impl Position {
    /// Notes that a file is read, and forgets what need not be known any more.
    pub(super) fn finish(&mut self, at: At, there: impl Fn(&str) -> bool) {
        self.done.insert(at.file, at.stand);
        if self.done.len() > MAX_DONE {
            self.done.retain(|name, _| there(name));
        }
    }

    /// The next file to read. Files that have the content of one that was read are noted as read.
    pub(super) fn next(&mut self, wanted: &Wanted) -> Result<Option<(At, PathBuf)>, String> {
        for (name, path, metadata) in wanted.candidates()? {
            let known = self.done.get(&name);
            if known.is_some_and(|known| known.size == metadata.len() && known.changed == changed(&metadata)) {
                continue;
            }
            let stand = Stand::of(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            if self.done.values().any(|done| done.digest == stand.digest) {
                self.done.insert(name, stand);
                continue;
            }
            if self.done.len() > MAX_DONE {
                return Err(format!(
                    "there are more than {MAX_DONE} files that were read; move those that are done out of the folder"
                ));
            }
            return Ok(Some((At { file: name, stand, row: 0 }, path)));
        }
        Ok(None)
    }
}

impl Stand {
    /// The file as it is now.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        let mut digest = Sha256::new();
        let mut chunk = vec![0; 256 << 10];
        loop {
            let read = file.read(&mut chunk)?;
            if read == 0 {
                break;
            }
            digest.update(chunk.get(..read).unwrap_or_default());
        }
        let digest: String = digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { size: metadata.len(), changed: changed(&metadata), digest })
    }

    /// Whether the file is as it was, by its size and time.
    pub(super) fn holds(&self, path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|now| now.len() == self.size && changed(&now) == self.changed)
    }
}

impl Wanted {
    /// The path of a file of that name.
    pub(super) fn path(&self, file: &str) -> Option<PathBuf> {
        match self {
            Wanted::One { name, path } => (name == file).then(|| path.clone()),
            Wanted::Many { folder, .. } => folder.place(file).ok(),
        }
    }

    /// The files in the order of their names.
    fn candidates(&self) -> Result<Vec<(String, PathBuf, Metadata)>, String> {
        let (folder, inside, pattern, quiet) = match self {
            Wanted::One { name, path } => {
                let metadata = fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
                return Ok(vec![(name.clone(), path.clone(), metadata)]);
            }
            Wanted::Many { folder, inside, pattern, quiet } => (folder, inside, pattern, quiet),
        };
        let directory = match inside.trim_end_matches('/') {
            "" => folder.root().to_path_buf(),
            inside => folder.place(inside)?,
        };
        let refuse = |error: io::Error| format!("{}: {error}", directory.display());
        let mut found = Vec::new();
        for entry in fs::read_dir(&directory).map_err(refuse)? {
            let entry = entry.map_err(refuse)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let unfinished = UNFINISHED.iter().any(|ending| name.to_ascii_lowercase().ends_with(ending));
            if name.starts_with('.') || unfinished || !matches(pattern, &name) {
                continue;
            }
            // A link is no file of this folder, and what is gone since is none either.
            let Ok(metadata) = entry.metadata() else { continue };
            if !metadata.is_file() || !is_quiet(&metadata, *quiet) {
                continue;
            }
            found.push((format!("{inside}{name}"), entry.path(), metadata));
        }
        found.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(found)
    }
}

/// Whether nobody has written to a file for so long.
fn is_quiet(metadata: &Metadata, quiet: Duration) -> bool {
    let changed = metadata.modified().ok();
    // A time in the future is that of a machine whose clock differs.
    changed.and_then(|changed| SystemTime::now().duration_since(changed).ok()).is_none_or(|since| since >= quiet)
}

fn changed(metadata: &Metadata) -> u128 {
    let changed = metadata.modified().ok().and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
    changed.map_or(0, |since| since.as_nanos())
}

/// Whether a name is like a pattern: `*` is any signs, `?` one sign.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut sign) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while sign < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, sign));
                at += 1;
            }
            Some(&wanted) if wanted == '?' || name.get(sign) == Some(&wanted) => {
                at += 1;
                sign += 1;
            }
            _ => match star {
                Some((back, from)) => {
                    star = Some((back, from + 1));
                    at = back + 1;
                    sign = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_like_those_of_a_shell() {
        for (pattern, name, like) in [
            ("*", "a", true),
            ("*.csv", "a.csv", true),
            ("*.csv", "a.csv.bak", false),
            ("o?-*.x*", "o1-abc.xml", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("", "", true),
            ("?", "", false),
        ] {
            assert_eq!(matches(pattern, name), like, "{pattern} {name}");
        }
    }

    #[test]
    fn files_are_read_once_by_content() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
        let wanted = Wanted::Many {
            folder: Folder::new(directory.path().to_str().unwrap()),
            inside: String::new(),
            pattern: "*.csv".to_owned(),
            quiet: Duration::ZERO,
        };
        ["b.csv", "a.csv", "c.csv.part", ".d.csv", "e.txt"].iter().for_each(|name| write(name, name));
        let mut position = Position::default();
        let read = |position: &mut Position| {
            let found = position.next(&wanted).unwrap().map(|(at, _)| at);
            found.map(|at| {
                let name = at.file.clone();
                position.finish(at, |_| true);
                name
            })
        };
        assert_eq!(read(&mut position).as_deref(), Some("a.csv"));
        assert_eq!(read(&mut position).as_deref(), Some("b.csv"));
        assert_eq!(read(&mut position), None);
        write("copy.csv", "a.csv");
        assert_eq!(read(&mut position), None, "a copy was read already");
        write("a.csv", "more");
        assert_eq!(read(&mut position).as_deref(), Some("a.csv"));
        let busy = Wanted::Many {
            folder: Folder::new(directory.path().to_str().unwrap()),
            inside: String::new(),
            pattern: "*".to_owned(),
            quiet: Duration::from_secs(3600),
        };
        assert_eq!(Position::default().next(&busy).unwrap(), None, "somebody may still be writing them");
    }
}
