//! Many values of one size and many paths, as they lie in a file: they are read where they are, and nothing is unpacked
//! that nobody asks for.

use std::marker::PhantomData;

use bytes::Bytes;

/// A value that always takes the same number of bytes.
pub(super) trait Row: Clone + Default {
    const SIZE: usize;

    fn write(&self, bytes: &mut Vec<u8>);

    fn read(reader: &mut Reader<'_>) -> Option<Self>;
}

/// Rows, one after the other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Table<T> {
    bytes: Bytes,
    rows: PhantomData<T>,
}

/// Many paths in two allocations.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Paths {
    bytes: Bytes,
    ends: Table<u32>,
}

/// Paths that are still added to.
#[derive(Default)]
pub(super) struct PathList {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

/// What is left to read.
pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            bytes: Bytes::new(),
            rows: PhantomData,
        }
    }
}

impl<T: Row> Table<T> {
    /// Nothing where there are not whole rows.
    pub(super) fn from_bytes(bytes: Bytes) -> Option<Self> {
        bytes.len().is_multiple_of(T::SIZE).then_some(Self {
            bytes,
            rows: PhantomData,
        })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len() / T::SIZE
    }

    pub(super) fn get(&self, index: usize) -> Option<T> {
        let start = index.checked_mul(T::SIZE)?;
        let bytes = self.bytes.get(start..start.checked_add(T::SIZE)?)?;
        T::read(&mut Reader { bytes })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = T> {
        let rows = self.bytes.chunks_exact(T::SIZE);
        rows.map(|bytes| T::read(&mut Reader { bytes }).unwrap_or_default())
    }

    /// The same with other rows at some places.
    pub(super) fn with<'r>(&self, others: impl ExactSizeIterator<Item = (usize, &'r T)>) -> Self
    where
        T: 'r,
    {
        if others.len() == 0 {
            return self.clone();
        }
        let mut bytes = self.bytes.to_vec();
        let mut row = Vec::with_capacity(T::SIZE);
        for (index, other) in others {
            row.clear();
            other.write(&mut row);
            let place = bytes.chunks_exact_mut(T::SIZE).nth(index);
            if let Some(place) = place {
                place.copy_from_slice(&row);
            }
        }
        Self {
            bytes: bytes.into(),
            rows: PhantomData,
        }
    }
}

impl<T: Row> FromIterator<T> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        let rows = rows.into_iter();
        let mut bytes = Vec::with_capacity(rows.size_hint().0 * T::SIZE);
        for row in rows {
            row.write(&mut bytes);
        }
        Self {
            bytes: bytes.into(),
            rows: PhantomData,
        }
    }
}

impl Paths {
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        write_length(bytes, self.len());
        bytes.extend_from_slice(self.ends.as_bytes());
        write_length(bytes, self.bytes.len());
        bytes.extend_from_slice(&self.bytes);
    }

    /// Nothing where the ends are not those of the bytes.
    pub(super) fn new(bytes: Bytes, ends: Table<u32>) -> Option<Self> {
        let last = ends.len().checked_sub(1).and_then(|last| ends.get(last));
        let in_order = ends.iter().is_sorted() && last.map_or(0, widened) == bytes.len();
        in_order.then_some(Self { bytes, ends })
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, index: usize) -> &[u8] {
        let end = |index: usize| self.ends.get(index).map_or(0, widened);
        let start = index.checked_sub(1).map_or(0, end);
        self.bytes.get(start..end(index)).unwrap_or_default()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Where a path is, if the paths are sorted.
    pub(super) fn position(&self, path: &[u8]) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.get(middle).cmp(path) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

fn widened(end: u32) -> usize {
    end as usize
}

impl PathList {
    pub(super) fn push(&mut self, path: &[u8]) {
        self.bytes.extend_from_slice(path);
        self.ends
            .push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }
}

impl From<PathList> for Paths {
    fn from(list: PathList) -> Self {
        Self {
            bytes: list.bytes.into(),
            ends: list.ends.into_iter().collect(),
        }
    }
}

impl<P: AsRef<[u8]>> FromIterator<P> for Paths {
    fn from_iter<I: IntoIterator<Item = P>>(paths: I) -> Self {
        let mut list = PathList::default();
        for path in paths {
            list.push(path.as_ref());
        }
        list.into()
    }
}

impl Row for u32 {
    const SIZE: usize = 4;

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.to_le_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        reader.array().map(Self::from_le_bytes)
    }
}

pub(super) fn write_length(bytes: &mut Vec<u8>, length: usize) {
    bytes.extend_from_slice(&(length as u64).to_le_bytes());
}

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    pub(super) fn array<const LENGTH: usize>(&mut self) -> Option<[u8; LENGTH]> {
        let (taken, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(*taken)
    }

    pub(super) fn length(&mut self) -> Option<usize> {
        usize::try_from(u64::from_le_bytes(self.array()?)).ok()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let [byte] = self.array()?;
        Some(byte)
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        Some(self.byte()? != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found() {
        let paths: Paths = ["a", "b", "b/c", "d"].into_iter().collect();
        assert_eq!(paths.position(b"b/c"), Some(2));
        assert_eq!(paths.position(b"c"), None);
        assert_eq!(paths.iter().count(), 4);
    }

    #[test]
    fn rows_are_replaced_where_they_are_others() {
        let table: Table<u32> = [1, 2, 3].into_iter().collect();
        let other = table.with([(1, &7)].into_iter());
        assert_eq!(other.iter().collect::<Vec<_>>(), [1, 7, 3]);
        assert_eq!(table.get(1), Some(2));
        assert_eq!(table.get(3), None);
        assert_eq!(other.with([(9, &1)].into_iter()), other);
    }

    #[test]
    fn what_is_no_table_is_none() {
        assert_eq!(Table::<u32>::from_bytes(Bytes::from_static(b"abc")), None);
        let ends = |ends: &[u32]| ends.iter().copied().collect();
        let bytes = Bytes::from_static(b"abc");
        assert!(Paths::new(bytes.clone(), ends(&[1, 3])).is_some());
        assert!(Paths::new(bytes.clone(), ends(&[3, 1])).is_none());
        assert!(Paths::new(bytes, ends(&[2])).is_none());
    }
}
