//! lang, to be written
