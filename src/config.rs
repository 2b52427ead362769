//! config, to be written
