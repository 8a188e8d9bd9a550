//! What should be looked up because a definition, a log line or a test's output names it.
