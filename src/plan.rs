//! plan, to be written
