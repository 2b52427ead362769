//! The formatter, which decides how a flow is laid out.
