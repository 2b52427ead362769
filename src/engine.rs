//! engine, to be written
