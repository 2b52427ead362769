//! Sealing of buyer data at rest. A dead letter holds the whole record, so that it can be replayed, and a record may
//! hold a name and an address; whoever gets hold of the disk, of a backup or of an export must not get these too. So
//! they are encrypted with a key that is in none of the three: it comes from the environment, or from a file
//! of its own beside the store that only the owner can read.
//!
//! XChaCha20-Poly1305, because its nonce is long enough to be drawn at random without counting.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

use super::{StoreError, hex};

/// The file that holds the key where the environment gives none.
pub const KEY_FILE: &str = "seal.key";

const FORMAT: u8 = 1;
const ID: usize = 8;
const NONCE: usize = 24;

/// Seals and opens.
pub struct Sealer {
    current: Key,
    /// A key that was used before, so that moving it from the file to the environment leaves nothing unreadable.
    earlier: Option<Key>,
}

struct Key {
    id: [u8; ID],
    cipher: XChaCha20Poly1305,
}

impl Sealer {
    /// With this key.
    #[must_use]
    pub fn from_key(key: [u8; 32]) -> Self {
        Self { current: Key::new(key), earlier: None }
    }

    /// With the key of the store in `dir`: `env_key`, the hexadecimal text of `FLOWRUN_STORE_KEY`, where it is given,
    /// and else the one in `seal.key`, which is made when there is none. With both, the environment's seals and
    /// either opens.
    pub fn for_store(dir: &Path, env_key: Option<&str>) -> Result<Self, StoreError> {
        let path = dir.join(KEY_FILE);
        let Some(text) = env_key else {
            let key = match read_key(&path)? {
                Some(key) => key,
                None => create_key(dir, &path)?,
            };
            return Ok(Self::from_key(key));
        };
        let current = parse(text).ok_or_else(|| StoreError::Key {
            detail: "FLOWRUN_STORE_KEY must be 64 hexadecimal digits; `openssl rand -hex 32` makes such a key".into(),
        })?;
        Ok(Self { current: Key::new(current), earlier: read_key(&path)?.map(Key::new) })
    }

    /// The bytes, encrypted, with what is needed to find the key again.
    #[must_use]
    pub fn seal(&self, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        rand::fill(&mut nonce[..]);
        let mut sealed = vec![FORMAT];
        sealed.extend_from_slice(&self.current.id);
        let payload = Payload { msg: plain, aad: &sealed };
        // Encryption fails only beyond 256 GiB, which no value is; an empty body would be refused when opened.
        let body = self.current.cipher.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&body);
        sealed
    }

    /// The bytes that were sealed.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let refused = |detail: String| Err(StoreError::Key { detail });
        let Some((head, body)) = sealed.split_at_checked(1 + ID + NONCE) else {
            return refused("sealed data is too short to be such".into());
        };
        let (head, nonce) = head.split_at(1 + ID);
        if head[0] != FORMAT {
            return refused(format!("sealed data has format {}, and this flowrun opens {FORMAT}", head[0]));
        }
        let Some(key) = [Some(&self.current), self.earlier.as_ref()].into_iter().flatten().find(|k| k.id == head[1..])
        else {
            return refused(format!(
                "this was sealed with key {}, and key {} is at hand; set FLOWRUN_STORE_KEY, or put back {KEY_FILE}, as it was then",
                hex::encode(&head[1..]),
                hex::encode(&self.current.id),
            ));
        };
        let mut fixed = [0; NONCE];
        fixed.copy_from_slice(nonce);
        key.cipher
            .decrypt(&XNonce::from(fixed), Payload { msg: body, aad: head })
            .or_else(|_| refused("the key is the right one, but the sealed data was changed".into()))
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer").field("key_id", &hex::encode(&self.current.id)).finish_non_exhaustive()
    }
}

impl Key {
    fn new(key: [u8; 32]) -> Self {
        let digest = Sha256::new().chain_update(b"flowrun seal key id").chain_update(key).finalize();
        let mut id = [0; ID];
        id.copy_from_slice(&digest[..ID]);
        Self { id, cipher: XChaCha20Poly1305::new(&key.into()) }
    }
}

fn parse(text: &str) -> Option<[u8; 32]> {
    hex::decode(text.trim())?.try_into().ok()
}

fn io(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Io { path: path.display().to_string(), detail: error.to_string() }
}

fn read_key(path: &Path) -> Result<Option<[u8; 32]>, StoreError> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text).map(Some).ok_or_else(|| StoreError::Damaged {
            path: path.display().to_string(),
            detail: "it must hold 64 hexadecimal digits; put back a copy, without it sealed records stay closed".into(),
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io(path, &error)),
    }
}

/// Makes a key; where two processes do so at once, both get the one that came first.
fn create_key(dir: &Path, path: &Path) -> Result<[u8; 32], StoreError> {
    let mut key = [0; 32];
    rand::fill(&mut key[..]);
    fs::create_dir_all(dir).map_err(|e| io(dir, &e))?;
    let draft = dir.join(format!("{KEY_FILE}.{}", hex::encode(&Key::new(key).id)));
    let write = || {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        writeln!(file, "{}", hex::encode(&key))?;
        file.sync_all()?;
        // A link, not a rename: it never replaces a key that is in use.
        let linked = fs::hard_link(&draft, path);
        fs::remove_file(&draft)?;
        if !matches!(&linked, Err(error) if error.kind() == ErrorKind::AlreadyExists) {
            linked?;
        }
        #[cfg(unix)]
        File::open(dir)?.sync_all()?;
        Ok(())
    };
    if let Err(error) = write() {
        // What is left of the draft is no key; that it cannot be removed either changes nothing.
        let _ = fs::remove_file(&draft);
        return Err(io(path, &error));
    }
    read_key(path)?.ok_or_else(|| io(path, &ErrorKind::NotFound.into()))
}
