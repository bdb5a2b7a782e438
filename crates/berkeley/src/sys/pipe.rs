//! Named pipes where there are none: only Windows has them.

use std::sync::Arc;
use std::time::Duration;

use super::descriptor::Borrowed;
use super::{Buffer, PipeSettings, Result};
use crate::error::Errno;

/// As many as on Windows, so that what is wrong there is wrong everywhere.
pub(crate) const MOST_INSTANCES: u8 = 254;

pub(crate) const IMPERSONATION: [u32; 4] = [0; 4];

#[derive(Debug)]
pub(crate) enum Listener {}

#[derive(Debug)]
pub(crate) enum Stream {}

#[derive(Debug)]
pub(crate) enum Waitable {
    Stream(Arc<Stream>),
    Listener(Arc<Listener>),
}

pub(crate) fn borrowed(pipe: &Arc<Waitable>) -> Borrowed<'_> {
    match &**pipe {
        Waitable::Stream(stream) => match **stream {},
        Waitable::Listener(listener) => match **listener {},
    }
}

impl Listener {
    pub(crate) fn bind(_: Vec<u16>, _: PipeSettings) -> Result<Arc<Self>> {
        Err(Errno::OPNOTSUPP)
    }

    pub(crate) fn accept(&self, _: Option<Duration>) -> Result<Option<Stream>> {
        match *self {}
    }
}

impl Stream {
    pub(crate) fn open(_: &[u16], _: u32) -> Result<Self> {
        Err(Errno::OPNOTSUPP)
    }

    pub(crate) fn is_busy(_: Errno) -> bool {
        false
    }

    pub(crate) fn wait_for_instance(_: &[u16], _: Option<Duration>) -> Result<bool> {
        Err(Errno::OPNOTSUPP)
    }

    pub(crate) fn peer_process(&self) -> Result<u32> {
        match *self {}
    }

    pub(crate) fn is_server(&self) -> bool {
        match *self {}
    }

    pub(crate) fn read<B: Buffer + ?Sized>(&self, _: &mut B, _: Option<Duration>) -> Result<Option<usize>> {
        match *self {}
    }

    pub(crate) fn write(&self, _: &[u8], _: Option<Duration>) -> Result<Option<usize>> {
        match *self {}
    }

    pub(crate) fn flush(&self, _: Option<Duration>) -> Result<bool> {
        match *self {}
    }

    pub(crate) fn available(&self) -> Result<usize> {
        match *self {}
    }
}
