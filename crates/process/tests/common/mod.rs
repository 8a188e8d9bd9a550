//! What several of these tests need.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::sync::mpsc;
use std::time::Duration;

/// Random numbers from a seed (xorshift64*): the same seed, the same numbers.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        // Seeds that differ little shall give numbers that differ much.
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..4 {
            random.next();
        }
        random
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 8
    }

    /// Less than `bound`; 0 for 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Runs something that must end: a hang fails the test instead of stopping all others.
pub fn in_time<T: Send + 'static>(
    what: &str,
    seconds: u64,
    run: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (sender, receiver) = mpsc::channel();
    let thread = std::thread::spawn(move || sender.send(run()).is_ok());
    match receiver.recv_timeout(Duration::from_secs(seconds)) {
        Ok(result) => {
            let _ = thread.join();
            result
        }
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("{what}: hangs ({seconds} s)"),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            let why = thread.join().err().and_then(|why| why.downcast::<String>().ok());
            panic!("{what}: panics: {}", why.map_or_else(String::new, |why| *why))
        }
    }
}
