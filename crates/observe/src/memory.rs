//! What a call's arguments point to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::names::family;
use crate::record::Address;
use crate::sys::read_memory;

/// Paths are no longer: `PATH_MAX`.
const PATH_BYTES_MAX: usize = 4096;
const PAGE_BYTES: u64 = 4096;

/// Bytes up to the first NUL; `None` where the memory can't be read or there is no NUL in time.
pub fn string(tid: u32, address: u64) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    let mut at = address;
    while all.len() < PATH_BYTES_MAX {
        // A read that goes over the end of a mapping gives nothing at all.
        let up_to_page = PAGE_BYTES - at % PAGE_BYTES;
        let mut chunk = [0_u8; 256];
        let wanted = usize::try_from(up_to_page).unwrap_or(1).min(chunk.len());
        let read = read_memory(tid, at, chunk.get_mut(..wanted)?);
        let part = chunk.get(..read).filter(|part| !part.is_empty())?;
        if let Some(end) = part.iter().position(|byte| *byte == 0) {
            all.extend_from_slice(part.get(..end)?);
            return Some(all);
        }
        all.extend_from_slice(part);
        at = at.checked_add(read as u64)?;
    }
    None
}

/// So many bytes.
pub fn bytes<const N: usize>(tid: u32, address: u64) -> Option<[u8; N]> {
    let mut buffer = [0; N];
    (address != 0 && read_memory(tid, address, &mut buffer) == N).then_some(buffer)
}

/// A number of 64 bits.
pub fn word(tid: u32, address: u64) -> Option<u64> {
    bytes::<8>(tid, address).map(u64::from_ne_bytes)
}

/// A number of 32 bits.
pub fn half(tid: u32, address: u64) -> Option<u32> {
    bytes::<4>(tid, address).map(u32::from_ne_bytes)
}

/// A socket's address of that length, as calls take it.
pub fn address(tid: u32, address: u64, length: u64) -> Option<Address> {
    let length = usize::try_from(length).ok()?.min(128);
    let mut buffer = [0_u8; 128];
    let buffer = buffer.get_mut(..length)?;
    let read = read_memory(tid, address, buffer);
    parse_address(buffer.get(..read)?)
}

/// A `struct sockaddr` of whatever family.
pub fn parse_address(bytes: &[u8]) -> Option<Address> {
    let (number, rest) = bytes.split_first_chunk::<2>()?;
    let number = u16::from_ne_bytes(*number);
    let port = |rest: &[u8]| rest.first_chunk::<2>().map(|port| u16::from_be_bytes(*port));
    match i32::from(number) {
        libc::AF_INET => {
            let ip: [u8; 4] = rest.get(2..6)?.try_into().ok()?;
            Some(Address::Ip(SocketAddr::new(IpAddr::V4(Ipv4Addr::from(ip)), port(rest)?)))
        }
        libc::AF_INET6 => {
            let ip: [u8; 16] = rest.get(6..22)?.try_into().ok()?;
            Some(Address::Ip(SocketAddr::new(IpAddr::V6(Ipv6Addr::from(ip)), port(rest)?)))
        }
        libc::AF_UNIX => Some(unix(rest)),
        _ => Some(Address::Other(family(number.into()))),
    }
}

fn unix(name: &[u8]) -> Address {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match name.split_first() {
        None => Address::Other("AF_UNIX without a name".to_owned()),
        Some((0, rest)) => Address::Abstract(text(rest)),
        Some(_) => {
            let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
            Address::Path(text(name.get(..end).unwrap_or(name)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_each_family() {
        let inet = [2, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(parse_address(&inet), Some(Address::Ip("127.0.0.1:80".parse().unwrap())));
        let mut inet6 = [0_u8; 28];
        inet6[0] = 10;
        inet6[2..4].copy_from_slice(&443_u16.to_be_bytes());
        inet6[23] = 1;
        assert_eq!(parse_address(&inet6), Some(Address::Ip("[::1]:443".parse().unwrap())));
        assert_eq!(parse_address(b"\x01\0/run/x\0junk"), Some(Address::Path("/run/x".to_owned())));
        assert_eq!(parse_address(b"\x01\0\0abc"), Some(Address::Abstract("abc".to_owned())));
        assert_eq!(parse_address(&[16, 0, 0, 0]), Some(Address::Other("AF_NETLINK".to_owned())));
        assert_eq!(parse_address(&[2]), None);
        assert_eq!(parse_address(&[2, 0, 1]), None);
    }

    #[test]
    fn own_memory_is_read_up_to_the_nul_and_not_beyond_the_mapping() {
        let text = c"/etc/passwd";
        let own = std::process::id();
        assert_eq!(string(own, text.as_ptr() as u64).unwrap(), text.to_bytes());
        assert_eq!(string(own, 8), None);
        assert_eq!(half(own, 0), None);
    }
}
