//! Buyer data at rest.

use flowrun::store::StoreError;
use flowrun::store::seal::{KEY_FILE, Sealer};

const PLAIN: &[u8] = b"{\"buyer\":\"Ada Lovelace\"}";
const OTHER: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

#[test]
fn what_is_sealed_opens_again_and_shows_nothing() {
    let sealer = Sealer::from_key([7; 32]);
    let sealed = sealer.seal(PLAIN);
    assert_eq!(sealer.open(&sealed).unwrap(), PLAIN);
    assert!(!sealed.windows(3).any(|part| part == b"Ada"));
    assert_ne!(sealer.seal(PLAIN), sealed, "the same data twice must not look the same");
    assert_eq!(sealer.open(&sealer.seal(b"")).unwrap(), b"");
    assert!(!format!("{sealer:?}").contains("7, 7"));
}

#[test]
fn every_change_of_a_byte_and_every_cut_is_noticed() {
    let sealer = Sealer::from_key([7; 32]);
    let sealed = sealer.seal(PLAIN);
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(sealer.open(&changed).is_err(), "byte {at}");
        assert!(sealer.open(&sealed[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn another_key_is_named_as_the_reason() {
    let sealed = Sealer::from_key([7; 32]).seal(PLAIN);
    let error = Sealer::from_key([8; 32]).open(&sealed).unwrap_err();
    let StoreError::Key { detail } = &error else { panic!("{error}") };
    assert!(detail.contains("FLOWRUN_STORE_KEY"), "{detail}");
}

#[test]
fn a_store_makes_its_key_once_and_keeps_it_to_itself() {
    let dir = tempfile::tempdir().unwrap();
    let sealed = Sealer::for_store(dir.path(), None).unwrap().seal(PLAIN);
    assert_eq!(Sealer::for_store(dir.path(), None).unwrap().open(&sealed).unwrap(), PLAIN);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(dir.path().join(KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "no draft stays");

    // Moving to a key from the environment leaves what was sealed before readable.
    let moved = Sealer::for_store(dir.path(), Some(OTHER)).unwrap();
    assert_eq!(moved.open(&sealed).unwrap(), PLAIN);
    let newer = moved.seal(PLAIN);
    assert!(Sealer::for_store(dir.path(), None).unwrap().open(&newer).is_err());
}

#[test]
fn keys_that_are_none_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for text in ["", "abcd", &OTHER[1..], &format!("{}g", &OTHER[1..])] {
        let error = Sealer::for_store(dir.path(), Some(text)).unwrap_err();
        assert!(error.to_string().contains("64 hexadecimal digits"), "{error}");
        assert!(text.is_empty() || !error.to_string().contains(text), "a key must not be shown: {error}");
    }
    assert!(!dir.path().join(KEY_FILE).exists(), "with a key from outside none is made");
    std::fs::write(dir.path().join(KEY_FILE), "abc").unwrap();
    assert!(matches!(Sealer::for_store(dir.path(), None), Err(StoreError::Damaged { .. })));
}
