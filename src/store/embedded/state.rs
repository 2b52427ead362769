//! What is known of the index when nobody has it open: whether it was given up cleanly, and on which boot of the
//! machine it was last written. The index is not forced to the disk with each commit, so after a power cut it may be
//! anything; this file is how that is noticed. Where it is missing, the index is not believed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::disk::{Disk, failed, replace};
use crate::store::{StoreError, hex};

/// Its file.
pub(super) const FILE: &str = "index.state";

/// Its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// The boot during which the index was opened, where the system tells.
    pub(super) boot: Option<String>,
    /// How it was left; `None` while it is open, or when it was not given up.
    pub(super) clean: Option<Clean>,
}

/// An index that was given up in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Clean {
    /// The last frame it includes.
    pub(super) sequence: u64,
    /// SHA-256 of each of its files.
    pub(super) files: BTreeMap<String, String>,
}

impl State {
    /// Reads it. What is not readable is as good as missing, for then the index is made anew.
    pub(super) fn read(dir: &Path) -> Result<Option<Self>, StoreError> {
        let path = dir.join(FILE);
        match fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path, &error)),
        }
    }

    /// Writes it for good.
    pub(super) fn write(&self, dir: &Path, disk: &dyn Disk) -> Result<(), StoreError> {
        let path = dir.join(FILE);
        let text = serde_json::to_vec(self)
            .map_err(|error| StoreError::Io { path: path.display().to_string(), detail: error.to_string() })?;
        replace(disk, &path, &text)
    }
}

/// SHA-256 of each file below `dir`, by its path there.
pub(super) fn digests(dir: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut digests = BTreeMap::new();
    for_each_file(dir, &mut |path| {
        let mut file = File::open(path)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 256 << 10];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => hash.update(&buffer[..read]),
            }
        }
        let name = path.strip_prefix(dir).unwrap_or(path).display().to_string();
        digests.insert(name, hex::encode(&hash.finalize()));
        Ok(())
    })?;
    Ok(digests)
}

/// Forces every file below `dir`, and the directories, to the disk.
pub(super) fn sync_all(dir: &Path, disk: &dyn Disk) -> std::io::Result<()> {
    for_each_file(dir, &mut |path| {
        disk.sync(path, &File::open(path)?)?;
        path.parent().map_or(Ok(()), |parent| disk.sync_dir(parent))
    })?;
    disk.sync_dir(dir)
}

fn for_each_file(dir: &Path, visit: &mut dyn FnMut(&Path) -> std::io::Result<()>) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            for_each_file(&entry.path(), visit)?;
        } else {
            visit(&entry.path())?;
        }
    }
    Ok(())
}

/// The boot that the machine is in, where it tells.
pub(super) fn boot_id() -> Option<String> {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().map(|id| id.trim().to_string())
}
