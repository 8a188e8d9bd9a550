//! The keys of sealed files: a sequence that can be computed forward by who writes, and entered
//! anywhere by who knows the seed.
//!
//! The scheme is "FSPRG" of Marson and Poettering, Practical Secure Logging: Seekable Sequential Key
//! Generators (<https://eprint.iacr.org/2013/397>): each epoch's state is the square of the last one's,
//! modulo the product of two primes that only the seed tells. 1536 bits, SHA-256.

use num_bigint::BigUint;
use sha2::{Digest, Sha256};

/// Bits of the modulus.
const BITS: usize = 1536;
/// What is drawn from the seed, by number.
const FIRST_PRIME: u32 = 1;
const SECOND_PRIME: u32 = 2;
const START: u32 = 3;
/// Rounds of Miller and Rabin's test: candidates come from a hash of the seed, not from an opponent.
const ROUNDS: u64 = 24;

/// What the seed gives: the two primes and the first state.
#[derive(Clone, Debug)]
pub struct Generator {
    primes: [BigUint; 2],
    modulus: BigUint,
    start: BigUint,
}

/// The state of one epoch.
#[derive(Clone, Debug)]
pub struct State {
    value: BigUint,
    epoch: u64,
}

impl Generator {
    pub fn new(seed: &[u8]) -> Generator {
        let primes = [prime(seed, FIRST_PRIME), prime(seed, SECOND_PRIME)];
        let [first, second] = &primes;
        let modulus = first * second;
        let mut bytes = random(seed, START, BITS / 8);
        if let Some(top) = bytes.first_mut() {
            // Less than the modulus, whose highest bit is set.
            *top &= 0x7f;
        }
        let root = BigUint::from_bytes_be(&bytes);
        let start = &root * &root % &modulus;
        Generator { primes, modulus, start }
    }

    /// The state of that epoch: from the last one asked for where it is the next, else from the start.
    pub fn state(&self, epoch: u64, last: Option<&State>) -> State {
        match last {
            Some(last) if last.epoch == epoch => last.clone(),
            Some(last) if last.epoch.checked_add(1) == Some(epoch) => {
                State { value: &last.value * &last.value % &self.modulus, epoch }
            }
            _ => State { value: self.seek(epoch), epoch },
        }
    }

    /// The start squared that often: modulo each prime with the exponent modulo its order, and the two
    /// put together again (the Chinese remainder theorem).
    fn seek(&self, epoch: u64) -> BigUint {
        let [first, second] = &self.primes;
        let [a, b] = [first, second].map(|prime| {
            let order = prime - 1_u32;
            let exponent = BigUint::from(2_u32).modpow(&BigUint::from(epoch), &order);
            self.start.modpow(&exponent, prime)
        });
        let Some(inverse) = first.modinv(second) else {
            // Only if both primes were the same: a seed that nobody draws.
            return a;
        };
        let difference = (b + second - &a % second) % second;
        a + first * (difference * inverse % second)
    }

    /// The key of 32 bytes for the tags of that epoch.
    pub fn key(&self, state: &State) -> Vec<u8> {
        let mut bytes = padded(&self.modulus);
        bytes.extend(padded(&state.value));
        bytes.extend(state.epoch.to_be_bytes());
        random(&bytes, 0, 32)
    }
}

/// As many bytes as the modulus has, zeros first.
fn padded(number: &BigUint) -> Vec<u8> {
    let digits = number.to_bytes_be();
    let mut bytes = vec![0; (BITS / 8).saturating_sub(digits.len())];
    bytes.extend(digits);
    bytes
}

/// So many bytes, from hashes of seed, purpose and a counter.
fn random(seed: &[u8], purpose: u32, length: usize) -> Vec<u8> {
    let start = Sha256::new().chain_update(seed).chain_update(purpose.to_be_bytes());
    let mut bytes = Vec::with_capacity(length + 32);
    for counter in 0_u32.. {
        if bytes.len() >= length {
            break;
        }
        bytes.extend(start.clone().chain_update(counter.to_be_bytes()).finalize());
    }
    bytes.truncate(length);
    bytes
}

/// The first prime that is 3 modulo 4 from a drawn number on, of half the modulus' bits.
fn prime(seed: &[u8], purpose: u32) -> BigUint {
    let mut bytes = random(seed, purpose, BITS / 16);
    if let Some(top) = bytes.first_mut() {
        *top |= 0xc0;
    }
    if let Some(bottom) = bytes.last_mut() {
        *bottom |= 0x03;
    }
    let mut number = BigUint::from_bytes_be(&bytes);
    let small = small_primes();
    while !is_prime(&number, &small) {
        number += 4_u32;
    }
    number
}

fn small_primes() -> Vec<u32> {
    (3..2000)
        .step_by(2)
        .filter(|number| (3..*number).all(|d| d * d > *number || number % d != 0))
        .collect()
}

/// Miller and Rabin's test, for numbers that are 3 modulo 4 (so that half of what is before it is odd).
fn is_prime(number: &BigUint, small: &[u32]) -> bool {
    let zero = BigUint::ZERO;
    if small.iter().any(|divisor| number % divisor == zero) {
        return false;
    }
    let one = BigUint::from(1_u32);
    let before = number - &one;
    let half = &before >> 1_u32;
    (0..ROUNDS).all(|round| {
        // Any bases do; these are two and some that are spread out.
        let base = BigUint::from(round.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 2);
        let power = base.modpow(&half, number);
        power == one || power == before
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_and_seeking_arrive_at_the_same_key() {
        let generator = Generator::new(b"\x8b\x1b\x4c\x2b\x67\xed\x8e\x9b\x22\xf4\xb0\xa1");
        assert_eq!(generator.modulus.bits(), BITS as u64);
        let mut state = generator.state(0, None);
        assert_eq!(state.value, generator.start);
        for epoch in 1..5 {
            state = generator.state(epoch, Some(&state));
            assert_eq!(generator.key(&state), generator.key(&generator.state(epoch, None)));
        }
        assert_eq!(generator.key(&state).len(), 32);
    }

    #[test]
    fn primes_and_others() {
        let small = [];
        let is = |number: &str| is_prime(&number.parse().unwrap(), &small);
        // 2^521-1; composites that are 3 modulo 4 and pass for primes with some bases.
        assert!(is(
            "6864797660130609714981900799081393217269435300143305409394463459185543183397656052122559640661454554977296311391480858037121987999716643812574028291115057151"
        ));
        for composite in ["703", "1891", "2047", "8911", "4294967295"] {
            assert!(!is(composite), "{composite}");
        }
    }
}
