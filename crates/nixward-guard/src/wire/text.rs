//! Operating system strings in JSON: a string where it is UTF-8, else the list of its bytes.
//!
//! Serde's own form of `OsString` is always the list of bytes, four times the size for an environment, and its form
//! of `PathBuf` refuses what is not UTF-8.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, SeqAccess, Visitor},
};

/// For `#[serde(with = "text")]` on an `OsString` or a `PathBuf`.
pub(crate) fn serialize<T: AsRef<OsStr>, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    Written(value.as_ref()).serialize(serializer)
}

/// For `#[serde(with = "text")]` on an `OsString` or a `PathBuf`.
pub(crate) fn deserialize<'de, T: From<OsString>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(T::from(Read::deserialize(deserializer)?.0))
}

/// For `#[serde(with = "text::list")]` on a list of them.
pub(crate) mod list {
    use super::{Deserialize as _, Deserializer, OsStr, OsString, Read, Serializer, Written};

    pub(crate) fn serialize<T: AsRef<OsStr>, S: Serializer>(
        values: &[T],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(|value| Written(value.as_ref())))
    }

    pub(crate) fn deserialize<'de, T: From<OsString>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<T>, D::Error> {
        let read = Vec::<Read>::deserialize(deserializer)?;
        Ok(read.into_iter().map(|Read(value)| T::from(value)).collect())
    }
}

/// For `#[serde(with = "text::pairs")]` on an environment.
pub(crate) mod pairs {
    use super::{Deserialize as _, Deserializer, OsString, Read, Serializer, Written};

    pub(crate) fn serialize<S: Serializer>(
        values: &[(OsString, OsString)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            values
                .iter()
                .map(|(name, value)| (Written(name), Written(value))),
        )
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(OsString, OsString)>, D::Error> {
        let read = Vec::<(Read, Read)>::deserialize(deserializer)?;
        Ok(read
            .into_iter()
            .map(|(Read(name), Read(value))| (name, value))
            .collect())
    }
}

struct Written<'a>(&'a OsStr);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.to_str() {
            Some(text) => serializer.serialize_str(text),
            None => serializer.collect_seq(self.0.as_bytes()),
        }
    }
}

struct Read(OsString);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Read;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of bytes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Read, E> {
        Ok(Read(OsString::from(text)))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Read, E> {
        Ok(Read(OsString::from(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Read, A::Error> {
        let mut bytes = Vec::with_capacity(sequence.size_hint().unwrap_or(0));
        while let Some(byte) = sequence.next_element()? {
            bytes.push(byte);
        }
        Ok(Read(OsString::from_vec(bytes)))
    }
}
