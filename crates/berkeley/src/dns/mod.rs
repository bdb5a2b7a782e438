//! Questions to name servers, which the system's own lookup of hosts cannot ask: any type of record, over servers of the
//! caller's choice.
//!
//! Messages are coded by [`hickory_proto`], whose types are those here; asking is this library's: its sockets, its
//! poller, its deadlines.

mod answer;
mod client;
mod config;
mod exchange;
mod random;
mod service;

use std::fmt;

pub use hickory_proto;
pub use hickory_proto::op::ResponseCode;
pub use hickory_proto::rr::{Name, RData, Record, RecordType};

pub use self::answer::Answer;
pub use self::client::{Client, Question};
pub use self::config::Config;
use crate::error::LookupFailure;

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// No server knows the name: `NXDOMAIN`.
    NoSuchName,
    /// The name is there, but has no record of the type.
    NoData,
    /// The last server that said anything said this.
    Server(ResponseCode),
    /// No server answered in time.
    NoAnswer,
    /// There is no server to ask.
    NoServer,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchName => f.write_str("no such name"),
            Self::NoData => f.write_str("the name has no record of this type"),
            Self::Server(code) => write!(f, "the server answered: {code}"),
            Self::NoAnswer => f.write_str("no server answered"),
            Self::NoServer => f.write_str("there is no server to ask"),
        }
    }
}

impl From<Failure> for LookupFailure {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NoSuchName => Self::NoSuchName,
            Failure::NoData => Self::NoData,
            Failure::NoAnswer | Failure::Server(ResponseCode::ServFail) => Self::Again,
            Failure::Server(_) | Failure::NoServer => Self::Failed,
        }
    }
}
