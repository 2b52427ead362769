//! What the tests of the store share: batches whose parts can be checked for each other, and a disk that counts, runs
//! full, fails, and can say what would be left of it if the power went now.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use flowrun::store::embedded::{Disk, Options};
use flowrun::store::{Batch, Store, Table};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// The tables a [`numbered`] batch writes to.
pub(crate) const PARTS: [Table; 3] = [Table::Step, Table::History, Table::Record];

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// How often to try: as often as the environment says, for a long run, or a few times.
pub(crate) fn repeats(variable: &str, usually: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usually)
}

pub(crate) fn key(number: u64) -> Vec<u8> {
    format!("order/{number:08}").into_bytes()
}

pub(crate) fn value(number: u64) -> Vec<u8> {
    let mut value = vec![1];
    value.extend(format!("{{\"number\":{number},\"fill\":\"{}\"}}", "x".repeat((number % 97) as usize)).bytes());
    value
}

/// A batch that writes the same number into three tables, and a counter that every batch overwrites.
pub(crate) fn numbered(number: u64) -> Batch {
    let mut batch = Batch::default();
    for table in PARTS {
        batch.changes.push((table, key(number), Some(value(number))));
    }
    batch.changes.push((Table::Cursor, b"last".to_vec(), Some(value(number))));
    batch
}

/// Panics unless every batch in `acknowledged` is there, whole, and every other is whole or not there.
pub(crate) fn assert_holds(store: &dyn Store, acknowledged: &BTreeSet<u64>) {
    for number in acknowledged {
        for table in PARTS {
            let found = store.get(table, &key(*number)).unwrap();
            assert_eq!(found, Some(value(*number)), "acknowledged batch {number}, {table:?}");
        }
    }
    let keys = PARTS.map(|table| store.scan(table, b"order/", None, usize::MAX).unwrap());
    assert_eq!(keys[0], keys[1], "a batch is torn");
    assert_eq!(keys[0], keys[2], "a batch is torn");
    for (key, found) in &keys[0] {
        let number = std::str::from_utf8(&key[6..]).unwrap().parse().unwrap();
        assert_eq!(*found, value(number));
    }
}

pub(crate) fn options(disk: &Arc<Watched>) -> Options {
    Options { disk: Arc::clone(disk) as Arc<dyn Disk>, ..Options::default() }
}

pub(crate) fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            // A file that sled removed meanwhile is one that the copy does not have.
            let _ = fs::copy(entry.path(), target);
        }
    }
}

/// The real disk, watched. All its calls exclude each other, so that a power cut between any two can be modelled.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: u64,
    journal_syncs: u64,
    room: Option<u64>,
    fail_syncs: Option<(u32, ErrorKind)>,
    fail_truncate: bool,
    synced: BTreeMap<PathBuf, u64>,
    /// Old name, new name, since the directory was last synced.
    renamed: Vec<(PathBuf, PathBuf)>,
    created: BTreeSet<PathBuf>,
    cut: Option<Cut>,
}

struct Cut {
    at: u64,
    from: PathBuf,
    to: PathBuf,
    seed: u64,
    acknowledged: Arc<Mutex<BTreeSet<u64>>>,
    survivors: Arc<Mutex<Option<BTreeSet<u64>>>>,
}

impl std::fmt::Debug for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cut at {}", self.at)
    }
}

impl Watched {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// How often a journal was forced to the disk.
    pub(crate) fn journal_syncs(&self) -> u64 {
        self.state().journal_syncs
    }

    pub(crate) fn calls(&self) -> u64 {
        self.state().calls
    }

    /// Lets only so many more bytes be written; `None` for as many as the real disk takes.
    pub(crate) fn set_room(&self, room: Option<u64>) {
        self.state().room = room;
    }

    /// Lets the next syncs fail.
    pub(crate) fn fail_syncs(&self, times: u32, kind: ErrorKind) {
        self.state().fail_syncs = Some((times, kind));
    }

    pub(crate) fn fail_truncate(&self, fail: bool) {
        self.state().fail_truncate = fail;
    }

    /// Before the call `at`, leaves in `to` what a power cut would leave of `from`, and in the result what had been
    /// acknowledged by then.
    pub(crate) fn cut_power(
        &self,
        at: u64,
        seed: u64,
        from: &Path,
        to: &Path,
        acknowledged: &Arc<Mutex<BTreeSet<u64>>>,
    ) -> Arc<Mutex<Option<BTreeSet<u64>>>> {
        let survivors = Arc::new(Mutex::new(None));
        self.state().cut = Some(Cut {
            at,
            from: from.into(),
            to: to.into(),
            seed,
            acknowledged: Arc::clone(acknowledged),
            survivors: Arc::clone(&survivors),
        });
        survivors
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn call(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        state.calls += 1;
        if state.cut.as_ref().is_some_and(|cut| cut.at <= state.calls) {
            let cut = state.cut.take().unwrap();
            *cut.survivors.lock().unwrap() = Some(cut.acknowledged.lock().unwrap().clone());
            leave(&state, &cut);
        }
        state
    }
}

/// What a power cut leaves: of each file what was synced and anything or nothing of the rest, of names not synced
/// either one, and of the index whatever it likes.
fn leave(state: &State, cut: &Cut) {
    let mut rng = StdRng::seed_from_u64(cut.seed);
    fs::create_dir_all(&cut.to).unwrap();
    let mut renamed = state.renamed.clone();
    // The file system keeps the order of names, so what is lost is the end of it.
    renamed.truncate(rng.random_range(0..=renamed.len()));
    for entry in fs::read_dir(&cut.from).unwrap() {
        let path = entry.unwrap().path();
        let mut name = path.clone();
        if path.is_dir() {
            spoil(&path, &cut.to.join(path.file_name().unwrap()), &mut rng);
            continue;
        }
        if state.created.contains(&path) && rng.random_bool(0.5) {
            continue;
        }
        if let Some((old, _)) = state.renamed.iter().find(|(_, new)| *new == path)
            && !renamed.iter().any(|(_, new)| *new == path)
        {
            name.clone_from(old);
        }
        let mut bytes = fs::read(&path).unwrap();
        let synced = state.synced.get(&path).map_or(0, |length| *length as usize).min(bytes.len());
        match rng.random_range(0..4) {
            0 => bytes.truncate(synced),
            1 => bytes.truncate(rng.random_range(synced..=bytes.len())),
            2 => bytes[synced..].fill(0),
            _ => bytes[synced..].iter_mut().for_each(|byte| *byte = if rng.random() { *byte } else { 0 }),
        }
        fs::write(cut.to.join(name.file_name().unwrap()), bytes).unwrap();
    }
}

fn spoil(from: &Path, to: &Path, rng: &mut StdRng) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            spoil(&path, &target, rng);
            continue;
        }
        let Ok(mut bytes) = fs::read(&path) else { continue };
        match rng.random_range(0..4) {
            0 => continue,
            1 => bytes.fill(0),
            2 => bytes.truncate(rng.random_range(0..=bytes.len())),
            _ => {}
        }
        fs::write(target, bytes).unwrap();
    }
}

impl Disk for Watched {
    fn create(&self, path: &Path) -> io::Result<File> {
        let mut state = self.call();
        state.synced.insert(path.into(), 0);
        state.created.insert(path.into());
        fs::OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)
    }

    fn write(&self, _: &Path, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.call();
        if let Some(room) = &mut state.room {
            let fits = bytes.len().min(*room as usize);
            *room -= fits as u64;
            file.write_all(&bytes[..fits])?;
            return if fits < bytes.len() { Err(ErrorKind::StorageFull.into()) } else { Ok(()) };
        }
        file.write_all(bytes)
    }

    fn sync(&self, path: &Path, file: &File) -> io::Result<()> {
        let mut state = self.call();
        if let Some((times, kind)) = state.fail_syncs.take() {
            state.fail_syncs = (times > 1).then_some((times - 1, kind));
            return Err(kind.into());
        }
        if path.extension().is_some_and(|e| e == "log") {
            state.journal_syncs += 1;
        }
        file.sync_data()?;
        state.synced.insert(path.into(), file.metadata()?.len());
        Ok(())
    }

    fn truncate(&self, path: &Path, file: &mut File, length: u64) -> io::Result<()> {
        let mut state = self.call();
        if state.fail_truncate {
            return Err(ErrorKind::Other.into());
        }
        if let Some(synced) = state.synced.get_mut(path) {
            *synced = length.min(*synced);
        }
        file.set_len(length)?;
        io::Seek::seek(file, io::SeekFrom::Start(length)).map(|_| ())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.call();
        fs::rename(from, to)?;
        let synced = state.synced.remove(from).unwrap_or(0);
        state.synced.insert(to.into(), synced);
        if !state.created.remove(from) {
            state.renamed.push((from.into(), to.into()));
        } else {
            state.created.insert(to.into());
        }
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.call();
        fs::remove_file(path)?;
        state.synced.remove(path);
        state.created.remove(path);
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.call();
        File::open(dir)?.sync_all()?;
        state.renamed.retain(|(_, to)| to.parent() != Some(dir));
        state.created.retain(|path| path.parent() != Some(dir));
        Ok(())
    }
}
