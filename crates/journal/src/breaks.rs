//! Where writing ends, for tests: as if the process were killed or the disk refused at exactly that operation.

use std::{
    fs::File,
    io::{self, Write as _},
};

/// Counts operations on files, and lets one of them and all that follow fail.
#[derive(Debug, Default)]
pub(crate) struct Breaks(Option<u64>);

impl Breaks {
    /// Lets the operation with this number fail, counted from 0.
    pub(crate) fn at(operation: u64) -> Self {
        Self(Some(operation))
    }

    /// Whether the next operation still works.
    pub(crate) fn now(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Some(0) => Err(io::Error::other("the test ends here")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Writes all of it, or tears it in the middle.
    pub(crate) fn write(&mut self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let Err(broken) = self.now() else { return file.write_all(bytes) };
        file.write_all(&bytes[..bytes.len() / 2])?;
        Err(broken)
    }

    /// Whether it has come to its end: what is torn is left as it is, nobody is there any more to mend it.
    pub(crate) fn is_broken(&self) -> bool {
        self.0 == Some(0)
    }
}
