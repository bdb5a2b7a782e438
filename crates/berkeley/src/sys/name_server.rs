//! Name servers, for the systems that have them in a file, or that this crate cannot ask.

use super::{Announced, Result};
use crate::error::Errno;

pub(crate) fn announced() -> Result<Vec<Announced>> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn search_list() -> Result<Vec<String>> {
    Err(Errno::OPNOTSUPP)
}
