//! Names in any script, as the servers know them.

use std::borrow::Cow;

use crate::error::{Error, Operation, Result};

/// Turns a name in any script into what is asked for: letters, digits and hyphens (UTS 46).
#[cfg(feature = "idna")]
pub(super) fn to_ascii(name: &str) -> Result<Cow<'_, str>> {
    if name.is_ascii() {
        return Ok(Cow::Borrowed(name));
    }
    idna::domain_to_ascii(name).map(Cow::Owned).map_err(|_| {
        let why = "characters that an international domain name cannot have (UTS 46)";
        Error::invalid(Operation::LookUp, why).with_name(name)
    })
}

#[cfg(not(feature = "idna"))]
pub(super) fn to_ascii(name: &str) -> Result<Cow<'_, str>> {
    if name.is_ascii() {
        return Ok(Cow::Borrowed(name));
    }
    let what = "names in other scripts (the feature `idna` of this library is off)";
    Err(Error::unsupported(Operation::LookUp, what).with_name(name))
}
