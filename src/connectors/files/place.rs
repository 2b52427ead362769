//! Where files may be: within the folder that the environment names, and nowhere else. And how a file is replaced: the
//! new content is written aside, is on disk, and then has the name, so that nobody ever sees half of it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

/// A folder that nothing leads out of.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn new(root: &str) -> Self {
        Self { root: PathBuf::from(root) }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The path of a name in the folder; or why it is none.
    pub(super) fn place(&self, name: &str) -> Result<PathBuf, String> {
        let relative = Path::new(name);
        if name.trim().is_empty() || name.ends_with(['/', '\\']) {
            return Err("a file needs a name".to_owned());
        }
        if name.contains(['\\', '\0', '\n', '\r', ':']) || name.len() > 1000 {
            return Err("the name has signs that not every system can have in the name of a file".to_owned());
        }
        let mut full = self.root.clone();
        for part in relative.components() {
            let Component::Normal(part) = part else {
                return Err("the path must stay within its folder: no `..` and no `/` at the beginning".to_owned());
            };
            if part.to_string_lossy().starts_with('.') {
                return Err("names that begin with a dot are hidden, and not for files of flows".to_owned());
            }
            full.push(part);
            match fs::symlink_metadata(&full) {
                Ok(there) if there.file_type().is_symlink() => {
                    return Err(format!("`{}` is a link, which could lead out of the folder", part.display()));
                }
                _ => {}
            }
        }
        Ok(full)
    }
}

/// Replaces a file, or makes it. Where it has that content already, nothing is written, which is what it tells.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<bool> {
    if fs::metadata(path).is_ok_and(|there| there.len() == content.len() as u64)
        && fs::read(path).is_ok_and(|there| there == content)
    {
        return Ok(false);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let aside = aside(path);
    let mut file = File::create(&aside)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    drop(file);
    let placed = written.and_then(|()| fs::rename(&aside, path));
    if placed.is_err() {
        // What could not be written whole is of no use to anyone; that it could not be removed changes nothing.
        let _ = fs::remove_file(&aside);
    }
    placed?;
    sync_folder(folder).map(|()| true)
}

/// Removes a file; that there is none is what was wanted.
pub(super) fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => sync_folder(path.parent().unwrap_or(Path::new("."))).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The name under which content is written before it is whole: hidden, so that no reader takes it for a file.
fn aside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

/// Makes a folder with all above it.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    sync_folder(folder.parent().unwrap_or(Path::new(".")))
}

/// Makes the names of a folder durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out_of_the_folder() {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::new(directory.path().to_str().unwrap());
        assert_eq!(folder.place("a/b.json").unwrap(), directory.path().join("a/b.json"));
        for name in ["", " ", "../x", "a/../../x", "/etc/passwd", "a/", ".hidden", "a/.b/c", "a\\b", "c:x", "a\nb", "."]
        {
            assert!(folder.place(name).is_err(), "{name:?}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/tmp", directory.path().join("out")).unwrap();
            assert!(folder.place("out/x.json").unwrap_err().contains("is a link"));
        }
    }

    #[test]
    fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/b/c.json");
        replace(&path, b"1").unwrap();
        let before = fs::metadata(&path).unwrap().modified().unwrap();
        replace(&path, b"1").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before, "the same is not written again");
        replace(&path, b"22").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"22");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert!(!path.exists());
    }
}
