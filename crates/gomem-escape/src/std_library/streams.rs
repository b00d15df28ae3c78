//! Numbers in columns: what is alike stands together, so that it compresses well.

/// Columns of numbers, each of seven bits a byte.
#[derive(Debug)]
pub(crate) struct Writer {
    columns: Vec<Vec<u8>>,
}

/// The same, read from their beginning.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    columns: Vec<&'a [u8]>,
}

impl Writer {
    pub(crate) fn new(columns: usize) -> Self {
        Self { columns: vec![Vec::new(); columns] }
    }

    pub(crate) fn put(&mut self, column: usize, number: u64) {
        if let Some(column) = self.columns.get_mut(column) {
            put(column, number);
        }
    }

    pub(crate) fn put_bytes(&mut self, column: usize, bytes: &[u8]) {
        if let Some(column) = self.columns.get_mut(column) {
            column.extend(bytes);
        }
    }

    /// How many columns, how long each is, and their bytes.
    pub(crate) fn finish(self, into: &mut Vec<u8>) {
        put(into, self.columns.len() as u64);
        self.columns.iter().for_each(|column| put(into, column.len() as u64));
        self.columns.iter().for_each(|column| into.extend(column));
    }
}

impl<'a> Reader<'a> {
    /// Takes columns from the beginning of some bytes.
    pub(crate) fn take(bytes: &mut &'a [u8]) -> Option<Self> {
        let count = usize::try_from(number(bytes)?).ok().filter(|count| *count <= MOST_COLUMNS)?;
        let lengths: Option<Vec<usize>> = (0..count).map(|_| usize::try_from(number(bytes)?).ok()).collect();
        let columns = lengths?.into_iter().map(|length| bytes.split_off(..length)).collect::<Option<_>>()?;
        Some(Self { columns })
    }

    pub(crate) fn next(&mut self, column: usize) -> Option<u64> {
        number(self.columns.get_mut(column)?)
    }

    /// The next number, of one that must be small.
    pub(crate) fn small(&mut self, column: usize) -> Option<u32> {
        u32::try_from(self.next(column)?).ok()
    }

    /// So many bytes of a column.
    pub(crate) fn bytes(&mut self, column: usize, length: usize) -> Option<&'a [u8]> {
        self.columns.get_mut(column)?.split_off(..length)
    }
}

/// A number with its sign as one without, small for what is near to zero.
pub(crate) fn folded(number: i64) -> u64 {
    (number.wrapping_shl(1) ^ (number >> 63)).cast_unsigned()
}

/// And back.
pub(crate) fn unfolded(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

pub(crate) fn put(into: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        into.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    into.push(number as u8);
}

fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

const MOST_COLUMNS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        let numbers = [0, 1, 127, 128, 300, 1 << 40, u64::MAX];
        let mut writer = Writer::new(2);
        numbers.iter().for_each(|number| writer.put(1, *number));
        let mut bytes = Vec::new();
        writer.finish(&mut bytes);
        let mut rest = bytes.as_slice();
        let mut reader = Reader::take(&mut rest).unwrap();
        assert!(rest.is_empty());
        assert!(numbers.iter().all(|number| reader.next(1) == Some(*number)));
        assert_eq!((reader.next(1), reader.next(0), reader.next(7)), (None, None, None));
        for number in [0, -1, 1, i64::MIN, i64::MAX] {
            assert_eq!(unfolded(folded(number)), number);
        }
        for end in 0..bytes.len() {
            assert!(Reader::take(&mut &bytes[..end]).is_none());
        }
    }
}
