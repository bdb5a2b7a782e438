//! What a name server says.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{MX, SRV};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::random::Random;
use super::{Failure, service};

/// What a name server answered to a question.
#[derive(Clone, Debug)]
pub struct Answer {
    name: Name,
    kind: RecordType,
    server: SocketAddr,
    message: Message,
}

impl Answer {
    pub(super) const fn new(name: Name, kind: RecordType, server: SocketAddr, message: Message) -> Self {
        Self { name, kind, server, message }
    }

    /// Returns the name that was asked for in the end: with the domain in which it was found.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// Returns the server that answered.
    #[must_use]
    pub const fn server(&self) -> SocketAddr {
        self.server
    }

    /// Returns the whole message.
    #[must_use]
    pub const fn message(&self) -> &Message {
        &self.message
    }

    /// Returns `true` if the server says that it has verified the answer (DNSSEC), which is worth what the way to it is.
    #[must_use]
    pub const fn is_authentic(&self) -> bool {
        self.message.metadata.authentic_data
    }

    /// Goes through the records of the type that was asked for, of the name or of the one that it is an alias of.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        let owner = self.canonical_name();
        self.message.answers.iter().filter(move |record| {
            (record.record_type() == self.kind && same(&record.name, owner)) || self.kind == RecordType::ANY
        })
    }

    /// Goes through the addresses of the name.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.records().filter_map(|record| match &record.data {
            RData::A(address) => Some(IpAddr::V4(address.0)),
            RData::AAAA(address) => Some(IpAddr::V6(address.0)),
            _ => None,
        })
    }

    /// Returns the places of a service in the order in which to try them (RFC 2782): the lowest priority first, and those of
    /// one priority at random, so that each is first as often as its weight says. A service that is said not to be there
    /// has none.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use berkeley::dns::{Client, Config, RecordType};
    /// use berkeley::{Connect, SECOND};
    ///
    /// let mut client = Client::new(Config::system()?)?;
    /// let answer = client.query("_xmpp-client._tcp.example.org", RecordType::SRV, SECOND * 5)?;
    /// for place in answer.services() {
    ///     let target = place.target.to_utf8();
    ///     if let Ok(stream) = Connect::new().connect((target.as_str(), place.port), SECOND * 10) {
    ///         println!("connected to {}", stream.peer_address()?);
    ///         break;
    ///     }
    /// }
    /// # Ok::<(), berkeley::Error>(())
    /// ```
    #[must_use]
    pub fn services(&self) -> Vec<&SRV> {
        let places = self.records().filter_map(|record| match &record.data {
            RData::SRV(place) if !place.target.is_root() => Some(place),
            _ => None,
        });
        let mut random = Random::new();
        service::in_order(places, |place| (place.priority, place.weight), || random.next())
    }

    /// Returns the mail servers of a domain in the order in which to try them (RFC 5321, 5.1): the lowest preference first,
    /// and those of one preference at random. A domain that takes no mail (RFC 7505) has none.
    #[must_use]
    pub fn mail_servers(&self) -> Vec<&MX> {
        let servers = self.records().filter_map(|record| match &record.data {
            RData::MX(server) if !server.exchange.is_root() => Some(server),
            _ => None,
        });
        let mut random = Random::new();
        service::in_order(servers, |server| (server.preference, u16::MAX), || random.next())
    }

    /// Goes through the names of an address: what a question for `PTR` gives.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.records().filter_map(|record| match &record.data {
            RData::PTR(name) => Some(&name.0),
            _ => None,
        })
    }

    /// Goes through the texts of the name; each is one, in however many strings the server has it.
    pub fn texts(&self) -> impl Iterator<Item = Vec<u8>> {
        self.records().filter_map(|record| match &record.data {
            RData::TXT(text) => Some(text.txt_data.concat()),
            _ => None,
        })
    }

    /// Returns the name that the name is an alias of in the end; itself, if it is none. Aliases that go in a circle end
    /// where they begin again.
    #[must_use]
    pub fn canonical_name(&self) -> &Name {
        let (mut name, mut seen) = (&self.name, HashSet::new());
        // An alias has no records but itself (RFC 1034, 3.6.2), unless it is what was asked for.
        while self.kind != RecordType::CNAME
            && seen.insert(name.to_lowercase())
            && let Some(next) = self.alias_of(name)
        {
            name = next;
        }
        name
    }

    /// Returns how long the answer may be kept: the least of its records' times.
    #[must_use]
    pub fn time_to_live(&self) -> std::time::Duration {
        let seconds = self.message.answers.iter().map(|record| record.ttl).min().unwrap_or(0);
        std::time::Duration::from_secs(seconds.into())
    }

    fn alias_of(&self, name: &Name) -> Option<&Name> {
        self.message.answers.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if same(&record.name, name) => Some(&target.0),
            _ => None,
        })
    }
}

/// What is to be done after a message.
#[derive(Debug)]
pub(super) enum Verdict {
    Answered(Box<Answer>),
    /// The same server is to be asked over TCP.
    Truncated,
    /// The same server is to be asked without EDNS.
    NoEdns,
    /// The name has nothing there: the next one is to be tried.
    Nothing(Failure),
    /// The server does not answer: the next one is to be tried.
    Useless(Failure),
}

/// Names are the same whatever the case of their letters (RFC 4343).
fn same(left: &Name, right: &Name) -> bool {
    left.eq_ignore_root(right)
}

/// Returns `true` if the message answers that question, and no other.
pub(super) fn answers(message: &Message, id: u16, name: &Name, kind: RecordType) -> bool {
    use hickory_proto::op::{MessageType, OpCode};

    let head = &message.metadata;
    head.id == id
        && head.message_type == MessageType::Response
        && head.op_code == OpCode::Query
        && matches!(message.queries.as_slice(), [query] if same(query.name(), name) && query.query_type() == kind)
}

/// Judges a message that answers the question.
pub(super) fn judge(
    message: Message,
    name: Name,
    kind: RecordType,
    server: SocketAddr,
    is_datagram: bool,
    has_edns: bool,
) -> Verdict {
    let head = &message.metadata;
    if head.truncation && is_datagram {
        return Verdict::Truncated;
    }
    match head.response_code {
        ResponseCode::NoError => {
            let answer = Answer::new(name, kind, server, message);
            let is_empty = answer.records().next().is_none();
            if is_empty { Verdict::Nothing(Failure::NoData) } else { Verdict::Answered(Box::new(answer)) }
        }
        ResponseCode::NXDomain => Verdict::Nothing(Failure::NoSuchName),
        // RFC 6891, 7: a server that does not know EDNS.
        ResponseCode::FormErr | ResponseCode::NotImp | ResponseCode::BADVERS if has_edns => Verdict::NoEdns,
        code => Verdict::Useless(Failure::Server(code)),
    }
}
