//! `sock recv` as a test has it: where it receives, and the records of what it has received.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::io::{BufRead, BufReader};

use serde_json::Value;

use crate::common::{Running, sock};

/// A receiver with JSON records, and where it receives.
pub struct Hearer {
    pub running: Running,
    pub address: String,
}

pub fn hearer(arguments: &[&str]) -> Hearer {
    hearer_as(sock(&[&["recv", "--jsonl"], arguments].concat()))
}

/// Waits until a receiver is there.
pub fn hearer_as(mut running: Running) -> Hearer {
    let line = running.line_with("receiving at ");
    let address = line.trim_start_matches("receiving at ").to_owned();
    Hearer { running, address }
}

impl Hearer {
    /// The port that the system has chosen.
    pub fn port(&self) -> u16 {
        let port = self.address.rsplit(':').next().unwrap().split('?').next().unwrap();
        port.parse().unwrap()
    }

    /// Waits for the end with this code, and returns the records of messages; the last of all has the code as well.
    pub fn ends_with(mut self, code: i32) -> Vec<Value> {
        let records = lines(&mut self.running);
        self.running.ends_with(code);
        let (end, records) = records.split_last().unwrap();
        assert_eq!((end["event"].as_str(), end["exit"].as_i64()), (Some("end"), Some(code.into())));
        records.iter().filter(|record| record["what"] == "received").cloned().collect()
    }
}

/// Every record that a program prints until its end.
pub fn lines(running: &mut Running) -> Vec<Value> {
    let out = BufReader::new(running.stdout.take().unwrap());
    out.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
}

/// The texts of messages.
pub fn texts(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["text"].as_str().unwrap()).collect()
}
