//! Which extensions an index file carries, read from its bytes (gitformat-index(5)).

/// Extensions that libgit2 refuses or would drop: split, sparse, untracked cache, fsmonitor.
const ODD: [&[u8]; 4] = [b"link", b"sdir", b"UNTR", b"FSMN"];
/// Bytes of an entry before the object's name.
const STAT_BYTES: usize = 40;
const EXTENDED: u16 = 0x4000;

/// True where the index has an extension that libgit2 does not keep, or a shape this does not follow.
pub(crate) fn has_odd_extension(bytes: &[u8], hash_bytes: usize) -> bool {
    signatures(bytes, hash_bytes).is_none_or(|found| found.iter().any(|signature| ODD.contains(signature)))
}

/// The signatures of the extensions, in order.
fn signatures(bytes: &[u8], hash_bytes: usize) -> Option<Vec<&[u8]>> {
    let version = number(bytes, 4)?;
    let entries = number(bytes, 8)?;
    let mut at = 12;
    for _ in 0..entries {
        at = entry_end(bytes, at, version, hash_bytes)?;
    }
    let end = bytes.len().checked_sub(hash_bytes)?;
    let mut found = Vec::new();
    while at + 8 <= end {
        found.push(bytes.get(at..at + 4)?);
        at = at.checked_add(8)?.checked_add(number(bytes, at + 4)?)?;
    }
    Some(found)
}

/// Where the entry that begins at `start` ends.
fn entry_end(bytes: &[u8], start: usize, version: usize, hash_bytes: usize) -> Option<usize> {
    let flags_at = start + STAT_BYTES + hash_bytes;
    let flags = u16::from_be_bytes(bytes.get(flags_at..flags_at + 2)?.try_into().ok()?);
    let mut name_at = flags_at + 2 + if flags & EXTENDED == 0 { 0 } else { 2 };
    if version == 4 {
        // The name begins with the count of bytes to drop from the name before, in groups of seven bits.
        while *bytes.get(name_at)? & 0x80 != 0 {
            name_at += 1;
        }
        name_at += 1;
    }
    let length = bytes.get(name_at..)?.iter().position(|byte| *byte == 0)?;
    let end = name_at + length;
    // Before version 4 an entry is padded with 1 to 8 NULs to a multiple of eight bytes.
    Some(if version == 4 { end + 1 } else { start + (end - start + 8) / 8 * 8 })
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(four)).ok()
}
