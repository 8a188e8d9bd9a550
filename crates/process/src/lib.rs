//! What runs now?
//!
//! This room takes samples of the machine's processes from `/proc`, control groups and socket
//! tables, says of each what kind it is ([`verdict`]) and why it runs ([`chain`]).
//!
//! Start reading at [`sample::take`], which gives a [`sample::Sample`] of [`process::Process`]es,
//! and at [`verdict::classify`], which judges them. [`procfs`] is the only module that opens files
//! under `/proc`; [`raw`] holds the parsers, which take bytes.
//!
//! It does not know unit files, D-Bus or terminals, never runs another program, never signals a
//! process, and prints nothing.

#![forbid(unsafe_code)]

pub mod capabilities;
pub mod chain;
pub mod descriptors;
pub mod evidence;
pub mod executable;
pub mod fact;
pub mod holders;
pub mod locality;
pub mod machine;
pub mod maps;
pub mod membership;
pub mod namespaces;
pub mod nearby;
pub mod needs;
pub mod process;
pub mod procfs;
pub mod raw;
pub mod roles;
pub mod sample;
pub mod signals;
pub mod sockets;
pub mod traffic;
pub mod tree;
pub mod tty;
pub mod verdict;
