//! The three ways in which payloads are compressed. All of them append to a buffer, at most as much as
//! is `left` to them, and believe no size that they are told.

use std::io::{Cursor, Read};

use zstd::zstd_safe::{DCtx, InBuffer, OutBuffer, ResetDirective, get_frame_content_size};

/// More memory than this is not given to XZ's dictionary; journald's needs one MiB.
pub(crate) const XZ_MEMORY_KIB: u32 = 80 << 10;
/// A Zstandard frame is decompressed in blocks of 128 KiB: what is not much longer is not peeked into.
const ZSTD_PEEK_MIN: u64 = 512 << 10;

/// Room for that many bytes more, or why not. Nothing is written to it: memory that a lying size asks
/// for is never really used.
fn reserve(buffer: &mut Vec<u8>, claimed: u64, left: usize) -> Result<usize, &'static str> {
    let size = usize::try_from(claimed).ok().filter(|size| *size <= left);
    let size = size.ok_or("the payload is longer than a payload may be")?;
    buffer.try_reserve_exact(size).map_err(|_| "there is no memory for the payload")?;
    Ok(size)
}

pub(super) fn zstd(
    stored: &[u8],
    left: usize,
    context: &mut Option<DCtx<'static>>,
    into: &mut Vec<u8>,
) -> Result<(), &'static str> {
    const BAD: &str = "the payload is no sound Zstandard frame";
    let claimed = get_frame_content_size(stored).ok().flatten().ok_or(BAD)?;
    reserve(into, claimed, left)?;
    let context = ready(context).ok_or("there is no memory for Zstandard")?;
    let before = into.len() as u64;
    let mut out = Cursor::new(into);
    out.set_position(before);
    match context.decompress(&mut out, stored) {
        Ok(written) if written as u64 == claimed => Ok(()),
        _ => Err(BAD),
    }
}

pub(super) fn lz4(stored: &[u8], left: usize, into: &mut Vec<u8>) -> Result<(), &'static str> {
    const BAD: &str = "the payload is no sound LZ4 block";
    /// A byte of an LZ4 block gives no more than these.
    const RATIO: u64 = 255;
    let (claimed, block) = stored.split_first_chunk().ok_or(BAD)?;
    let claimed = u64::from_le_bytes(*claimed);
    if claimed > (block.len() as u64 + 1).saturating_mul(RATIO) {
        return Err(BAD);
    }
    let size = reserve(into, claimed, left)?;
    let before = into.len();
    into.resize(before + size, 0);
    let out = into.get_mut(before..).ok_or(BAD)?;
    match lz4_flex::block::decompress_into(block, out) {
        Ok(written) if written == size => Ok(()),
        _ => Err(BAD),
    }
}

pub(super) fn xz(stored: &[u8], left: usize, into: &mut Vec<u8>) -> Result<(), &'static str> {
    let reader = lzma_rust2::XzReader::new_mem_limit(stored, false, XZ_MEMORY_KIB);
    let mut reader = reader.take(left as u64 + 1);
    let before = into.len();
    reader.read_to_end(into).map_err(|_| "the payload is no sound XZ stream")?;
    if into.len() - before > left {
        return Err("the payload is longer than a payload may be");
    }
    Ok(())
}

fn ready<'c>(context: &'c mut Option<DCtx<'static>>) -> Option<&'c mut DCtx<'static>> {
    if context.is_none() {
        *context = DCtx::try_create();
    }
    context.as_mut()
}

/// Fills `begin` with what a long frame begins with.
pub(super) fn peek_zstd(
    stored: &[u8],
    context: &mut Option<DCtx<'static>>,
    begin: &mut [u8],
) -> Option<()> {
    let claimed = get_frame_content_size(stored).ok().flatten()?;
    if claimed < ZSTD_PEEK_MIN {
        return None;
    }
    let context = ready(context)?;
    context.reset(ResetDirective::SessionOnly).ok()?;
    let wanted = begin.len();
    let mut out = OutBuffer::around(begin);
    let mut from = InBuffer::around(stored);
    // Each call gets on by a block, or a header.
    while out.pos() < wanted {
        let (read, written) = (from.pos(), out.pos());
        context.decompress_stream(&mut out, &mut from).ok()?;
        if from.pos() == read && out.pos() == written {
            return None;
        }
    }
    Some(())
}

/// Fills `begin` with what a block begins with, if it is there as it is: nothing has been written yet
/// that could be repeated.
pub(super) fn peek_lz4(stored: &[u8], begin: &mut [u8]) -> Option<()> {
    let block = stored.get(8..)?;
    let (token, rest) = block.split_first()?;
    let mut literals = usize::from(token >> 4);
    let mut rest = rest;
    if literals == 15 {
        // More bytes of the length follow, up to the first that is not 255.
        let end = rest.iter().position(|byte| *byte != 255)?;
        let (length, after) = rest.split_at_checked(end + 1)?;
        literals += length.iter().map(|byte| usize::from(*byte)).sum::<usize>();
        rest = after;
    }
    if literals < begin.len() {
        return None;
    }
    begin.copy_from_slice(rest.get(..begin.len())?);
    Some(())
}

/// Fills `begin` with what a stream begins with.
pub(super) fn peek_xz(stored: &[u8], begin: &mut [u8]) -> Option<()> {
    let mut reader = lzma_rust2::XzReader::new_mem_limit(stored, false, XZ_MEMORY_KIB);
    reader.read_exact(begin).ok()
}

#[cfg(test)]
#[path = "unpack_tests.rs"]
mod tests;
