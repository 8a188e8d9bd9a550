//! What does it really use?
