//! What lines of logs mean: the one table of patterns.
