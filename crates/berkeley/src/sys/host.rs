//! The names of this machine, for the systems that do not tell.

use super::Result;
use crate::error::Errno;

pub(crate) fn host_name() -> Result<String> {
    Err(Errno::OPNOTSUPP)
}

pub(crate) fn domain_name() -> Result<String> {
    Err(Errno::OPNOTSUPP)
}
