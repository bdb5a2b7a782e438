//! Answers: fields in their order, as text, as one JSON document, or as one JSON record a line.

mod sink;

use std::fmt::{self, Write};

use berkeley::addr::range::Count;
use serde::ser::{Serialize, SerializeMap, Serializer};

pub use self::sink::{OutputArgs, Sink};

/// An answer: what is known, each under its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record(Vec<(&'static str, Value)>);

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Number(u64),
    Flag(bool),
    List(Vec<Value>),
    Record(Record),
}

impl Record {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.push(name, value);
        self
    }

    /// Adds a field that may have nothing to say, and is left out then.
    pub fn with_some(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub fn push(&mut self, name: &'static str, value: impl Into<Value>) {
        self.0.push((name, value.into()));
    }

    /// Adds the fields of another.
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Says a field in another way, if it is there.
    pub fn worded(mut self, name: &str, word: impl FnOnce(&Value) -> String) -> Self {
        if let Some((_, value)) = self.0.iter_mut().find(|field| field.0 == name) {
            *value = Value::Text(word(value));
        }
        self
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Lists every field with its label, those of records inside under both names.
    fn lines<'a>(&'a self, before: &str, lines: &mut Vec<(String, &'a Value)>) {
        for (name, value) in &self.0 {
            let label = format!("{before}{name}");
            match value {
                Value::Record(record) => record.lines(&(label + " "), lines),
                Value::List(values) => {
                    lines.extend(values.first().map(|value| (label, value)));
                    lines.extend(values.iter().skip(1).map(|value| (String::new(), value)));
                }
                _ => lines.push((label, value)),
            }
        }
    }
}

/// Prints a line a field, the values below each other.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::with_capacity(self.0.len());
        self.lines("", &mut lines);
        let width = lines.iter().map(|(label, _)| label.len()).max().unwrap_or(0) + 2;
        let mut text = String::new();
        for (label, value) in lines {
            if !text.is_empty() {
                text.push('\n');
            }
            text.extend(label.chars().map(|c| if c == '_' { ' ' } else { c }));
            text.extend(std::iter::repeat_n(' ', width - label.len()));
            match value {
                Value::Text(value) => text.push_str(value),
                value => write!(text, "{value}")?,
            }
        }
        f.write_str(&text)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
            Self::Record(record) => record.fmt(f),
            Self::List(values) => {
                for (index, value) in values.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{value}")?;
                }
                Ok(())
            }
        }
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::List(values) => serializer.collect_seq(values),
            Self::Record(record) => record.serialize(serializer),
        }
    }
}

macro_rules! impl_from {
    ($($type:ty, $value:pat => $result:expr;)*) => { $(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $result
            }
        }
    )* };
}

impl_from! {
    String, text => Self::Text(text);
    &str, text => Self::Text(text.to_owned());
    u8, number => Self::Number(number.into());
    u16, number => Self::Number(number.into());
    u32, number => Self::Number(number.into());
    u64, number => Self::Number(number);
    i64, number => u64::try_from(number).map_or_else(|_| Self::Text(number.to_string()), Self::Number);
    bool, flag => Self::Flag(flag);
    Record, record => Self::Record(record);
    Vec<String>, texts => Self::List(texts.into_iter().map(Self::Text).collect());
    std::net::IpAddr, address => Self::Text(address.to_string());
    std::net::Ipv4Addr, address => Self::Text(address.to_string());
    std::net::Ipv6Addr, address => Self::Text(address.to_string());
    berkeley::addr::network::IpNet, network => Self::Text(network.to_string());
}

/// Writes a number that belongs to a family: of IPv4 as a number, of IPv6, which may have 128 bits, as text.
pub fn number_of(is_ipv4: bool, number: u128) -> Value {
    match u64::try_from(number) {
        Ok(number) if is_ipv4 => Value::Number(number),
        _ => Value::Text(number.to_string()),
    }
}

/// Writes how many addresses of a family there are.
pub fn count_of(is_ipv4: bool, count: Count) -> Value {
    count.get().map_or_else(|| Value::Text(count.to_string()), |number| number_of(is_ipv4, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let inside = Record::new().with("port", 40000_u16).with("is_cone", true);
        Record::new()
            .with("first_host", "10.0.0.1")
            .with_some("broadcast", None::<String>)
            .with("teredo", inside)
            .with("zones", vec!["a".to_owned(), "b".to_owned()])
    }

    #[test]
    fn text_is_a_line_a_field() {
        let text = "first host      10.0.0.1\nteredo port     40000\nteredo is cone  yes\nzones           a\n                b";
        assert_eq!(record().to_string(), text);
    }

    #[test]
    fn json_keeps_the_order() {
        let json = r#"{"first_host":"10.0.0.1","teredo":{"port":40000,"is_cone":true},"zones":["a","b"]}"#;
        assert_eq!(serde_json::to_string(&record()).unwrap(), json);
    }

    #[test]
    fn numbers_of_128_bits_are_text() {
        let count = |text: &str| {
            let range: berkeley::addr::range::IpRange = text.parse().unwrap();
            count_of(range.first().is_ipv4(), range.count())
        };
        assert_eq!(count("0.0.0.0/0"), Value::Number(1 << 32));
        assert_eq!(count("::1"), Value::Text("1".to_owned()));
        assert_eq!(count("::/0"), Value::Text("340282366920938463463374607431768211456".to_owned()));
    }
}
