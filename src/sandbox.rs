//! A simulated Amazon and TIMS.
