//! Several sources as one: a mechanism whose own descriptor is readable while one of its sources is ready.

use std::time::Duration;

#[cfg(all(linux_like, not(berkeley_sys = "unsupported")))]
use super::epoll::Epoll as Mechanism;
#[cfg(all(bsd, not(berkeley_sys = "unsupported")))]
use super::kqueue::Kqueue as Mechanism;
use crate::error::Errno;
use crate::ready::Interest;
#[cfg(any(berkeley_sys = "unsupported", not(any(linux_like, bsd))))]
use crate::ready::Ready;
use crate::sys::Result;
use crate::sys::descriptor::{Borrowed, Number, number};
use crate::sys::watch::Watch;

/// What poll(2) and Windows have: nothing that could be waited for.
#[cfg(any(berkeley_sys = "unsupported", not(any(linux_like, bsd))))]
#[derive(Debug)]
enum Mechanism {}

#[cfg(any(berkeley_sys = "unsupported", not(any(linux_like, bsd))))]
impl Mechanism {
    fn open() -> Result<Self> {
        Err(Errno::OPNOTSUPP)
    }

    fn add(&mut self, _: Borrowed<'_>, _: u64, _: Interest) -> Result<()> {
        match *self {}
    }

    fn modify(&mut self, _: Borrowed<'_>, _: u64, _: Interest) -> Result<()> {
        match *self {}
    }

    fn remove(&mut self, _: Number, _: u64) -> Result<()> {
        match *self {}
    }

    fn wait(&mut self, _: usize, _: Option<Duration>, _: impl FnMut(u64, Ready)) -> Result<()> {
        match *self {}
    }

    fn source(&self) -> Borrowed<'_> {
        match *self {}
    }
}

/// Several sources as one.
#[derive(Debug)]
pub(crate) struct Nest {
    mechanism: Mechanism,
    /// What is registered, by its token.
    members: Vec<Option<Number>>,
}

impl Nest {
    pub(crate) fn open() -> Result<Self> {
        Ok(Self { mechanism: Mechanism::open()?, members: Vec::new() })
    }

    /// Has these sources be the ones that make it readable, and no others.
    ///
    /// A source may have been closed and another have its number since the last time: so each is registered anew, whether
    /// it was before or not.
    pub(crate) fn set(&mut self, watches: &[Watch<'_>]) -> Result<()> {
        let asked: Vec<_> = watches.iter().filter(|watch| !watch.asked().is_empty()).collect();
        self.retain(|member| asked.iter().any(|watch| number(watch.source()) == member));
        for watch in asked {
            self.register(watch.source(), Interest::of(watch.asked()))?;
        }
        // kqueue(2) forgets what is ready no longer when it is asked for events.
        self.mechanism.wait(watches.len().max(1), Some(Duration::ZERO), |_, _| {})
    }

    fn retain(&mut self, stays: impl Fn(Number) -> bool) {
        for (token, place) in self.members.iter_mut().enumerate() {
            if let Some(member) = place.take_if(|member| !stays(*member)) {
                // That it was closed is as good.
                let _ = self.mechanism.remove(member, token as u64);
            }
        }
    }

    fn register(&mut self, source: Borrowed<'_>, interest: Interest) -> Result<()> {
        let member = Some(number(source));
        if let Some(token) = self.members.iter().position(|place| *place == member) {
            return match self.mechanism.modify(source, token as u64, interest) {
                Err(Errno::NOENT | Errno::BADF) => self.mechanism.add(source, token as u64, interest),
                modified => modified,
            };
        }
        let token = self.members.iter().position(Option::is_none).unwrap_or(self.members.len());
        self.mechanism.add(source, token as u64, interest)?;
        match self.members.get_mut(token) {
            Some(place) => *place = member,
            None => self.members.push(member),
        }
        Ok(())
    }

    pub(crate) fn source(&self) -> Borrowed<'_> {
        self.mechanism.source()
    }
}
