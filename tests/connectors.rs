//! The connectors as their users see them: opened from settings, talking to small servers that behave well or badly.
#![allow(clippy::unwrap_used)]

mod connectors {
    mod amazon;
    mod answers;
    mod described;
    mod files;
    mod memory;
    mod model;
    mod quota;
    mod server;
    mod settings;
    mod tims;
    mod token;
}
