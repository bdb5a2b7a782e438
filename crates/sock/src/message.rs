//! Messages that were received: what is known of each, for people and for programs.

mod answer;
mod held;
mod queued;
mod receiver;

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use berkeley::message::TrafficClass;
use berkeley::option::Credentials;

pub use self::answer::{AnswerArgs, Expected, Form};
pub use self::held::Held;
pub use self::queued::Refusals;
pub use self::receiver::Receiver;
use crate::output::Record;
use crate::relay::{hex_rows, stamp, text_rows};

/// What a packet says of congestion, by the two bits that say it.
pub const ECN: [&str; 4] = ["not-ect", "ect1", "ect0", "ce"];

/// A message, and what came beside its data.
#[derive(Debug)]
pub struct Seen {
    pub data: Vec<u8>,
    /// Whether the rest of it is lost, and how long it was if that is known.
    pub is_cut: bool,
    pub whole: Option<usize>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub interface: Option<String>,
    /// When the kernel got it.
    pub time: Option<SystemTime>,
    /// When this program did.
    pub taken: SystemTime,
    pub hops: Option<u8>,
    pub class: Option<TrafficClass>,
    /// How many the socket has dropped so far.
    pub dropped: Option<u32>,
    pub credentials: Option<Credentials>,
    pub held: Vec<Held>,
    /// Whether some of what came beside the data is lost.
    pub is_control_cut: bool,
}

/// Writes a time as the records have it.
pub fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// The data of a message as records have it: text where it is some, else digits.
pub fn data_of(data: &[u8]) -> Record {
    match std::str::from_utf8(data) {
        Ok(text) => Record::new().with("text", text),
        Err(_) => Record::new().with("hex", crate::hex::write(data)),
    }
}

impl Seen {
    fn stamp(&self) -> SystemTime {
        self.time.unwrap_or(self.taken)
    }

    pub fn record(&self) -> Record {
        let held: Vec<_> = self.held.iter().map(|held| held.record().into()).collect();
        let held = (!held.is_empty()).then_some(crate::output::Value::List(held));
        let ecn = self.class.map(|class| ECN[usize::from(class.0 & 3)]);
        let (pid, uid, gid) = self
            .credentials
            .map_or((None, None, None), |who| (who.pid.map(i64::from), Some(who.uid), Some(who.gid)));
        Record::new()
            .with("what", "received")
            .with("t_unix_ns", nanoseconds(self.stamp()))
            .with("kernel_time", self.time.is_some())
            .with_some("from", self.from.as_deref())
            .with_some("to", self.to.as_deref())
            .with_some("interface", self.interface.as_deref())
            .with("bytes", self.data.len() as u64)
            .with("truncated", self.is_cut)
            .with_some("whole_bytes", self.whole.filter(|_| self.is_cut).map(|whole| whole as u64))
            .with_some("ttl", self.hops)
            .with_some("tos", self.class.map(|class| class.0))
            .with_some("ecn", ecn)
            .with_some("dropped", self.dropped)
            .with_some("pid", pid)
            .with_some("uid", uid)
            .with_some("gid", gid)
            .with_some("descriptors", held)
            .with_some("control_truncated", self.is_control_cut.then_some(true))
            .and(data_of(&self.data))
    }

    /// What is printed of it in one of the forms.
    pub fn text(&self, form: Form) -> Vec<u8> {
        let mut text = self.head();
        match form {
            Form::Raw => return self.data.clone(),
            Form::Lines => return [&self.data[..], b"\n"].concat(),
            Form::Hex => hex_rows(&mut text, &self.data),
            Form::Text => text_rows(&mut text, &self.data, '<'),
        }
        text.into_bytes()
    }

    /// The line that says what it is.
    fn head(&self) -> String {
        let mut head = stamp(self.stamp());
        let mut add = |before: &str, what: Option<String>| {
            if let Some(what) = what {
                let _ = write!(head, "{before}{what}");
            }
        };
        add(" ", self.from.clone());
        add(" > ", self.to.clone());
        add(" on ", self.interface.clone());
        add(" ", Some(format!("{} bytes", self.data.len())));
        let whole = |whole: usize| format!("cut from {whole}");
        add(" ", self.is_cut.then(|| self.whole.map_or_else(|| "cut".to_owned(), whole)));
        add(" ttl ", self.hops.map(|hops| hops.to_string()));
        let class = |class: TrafficClass| format!("{:#04x} {}", class.0, ECN[usize::from(class.0 & 3)]);
        add(" tos ", self.class.map(class));
        add(" dropped ", self.dropped.map(|dropped| dropped.to_string()));
        let pid = self.credentials.and_then(|who| who.pid);
        add(" pid ", pid.map(|pid| pid.to_string()));
        add(" uid ", self.credentials.map(|who| format!("{} gid {}", who.uid, who.gid)));
        for held in &self.held {
            add(" descriptor ", Some(held.to_string()));
        }
        add(" ", self.is_control_cut.then(|| "and more that is lost".to_owned()));
        head + "\n"
    }
}
