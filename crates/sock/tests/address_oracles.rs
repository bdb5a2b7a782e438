//! `sock address` beside Python's ipaddress, ipcalc-ng and sipcalc, on addresses by chance.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]

#[path = "common/ask.rs"]
mod ask;
#[path = "common/chance.rs"]
mod chance;
mod common;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ask::{ask, ask_program};
use berkeley_testkit::limit;
use chance::Chance;
use serde_json::Value;

const SEED: u64 = 0x1076_6f6b_2026_0001;

/// Asks Python all questions in one process; `None` is no address to it.
fn python(questions: &[String]) -> Option<Vec<Option<Value>>> {
    berkeley_testkit::program("python3")?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common/oracle.py");
    let answer = ask_program("python3", &[script], &(questions.join("\n") + "\n"));
    let lines = answer.lines(0);
    assert_eq!(lines.len(), questions.len(), "{}", answer.said);
    Some(lines.iter().map(|line| if *line == "-" { None } else { Some(big(line)) }).collect())
}

/// Reads JSON whose numbers may have 129 bits: those that are too large become texts.
fn big(line: &str) -> Value {
    let mut quoted = String::with_capacity(line.len() + 16);
    let mut in_text = false;
    for (at, c) in line.char_indices() {
        in_text ^= c == '"';
        let before = line[..at].chars().next_back();
        let starts = c.is_ascii_digit() && !before.is_some_and(|c| c.is_ascii_digit()) && !in_text;
        let ends = !c.is_ascii_digit() && before.is_some_and(|c| c.is_ascii_digit()) && !in_text && c != '"';
        if starts || ends {
            quoted.push('"');
        }
        quoted.push(c);
    }
    if line.ends_with(|c: char| c.is_ascii_digit()) {
        quoted.push('"');
    }
    serde_json::from_str(&quoted).unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// The answers of the tool, by the number of the line; the last says how it ended.
fn records(arguments: &[&str], input: &[String], code: i32) -> BTreeMap<u64, Vec<Value>> {
    let answer = ask(&[arguments, &["--jsonl"]].concat(), &(input.join("\n") + "\n"));
    let lines = answer.lines(code);
    let mut by_line = BTreeMap::<u64, Vec<Value>>::new();
    let (end, records) = lines.split_last().unwrap();
    let end: Value = serde_json::from_str(end).unwrap();
    assert_eq!((end["event"].as_str(), end["exit"].as_i64()), (Some("end"), Some(i64::from(code))));
    for line in records {
        let record: Value = serde_json::from_str(line).unwrap();
        by_line.entry(record["line"].as_u64().unwrap()).or_default().push(record);
    }
    by_line
}

/// The number of an address.
fn number(text: &Value) -> String {
    let address: IpAddr = text.as_str().unwrap().parse().unwrap();
    match address {
        IpAddr::V4(address) => address.to_bits().to_string(),
        IpAddr::V6(address) => address.to_bits().to_string(),
    }
}

/// A number of either family as text.
fn decimal(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Compares what the two say of one address.
fn compare(text: &str, ours: &Value, theirs: &Value) {
    let equal = |what: &str, ours: String, theirs: &Value| {
        assert_eq!(ours, theirs.as_str().unwrap(), "{what} of {text}");
    };
    equal("address", decimal(&ours["integer"]), &theirs["address"]);
    equal("prefix", decimal(&ours["prefix"]), &theirs["prefix"]);
    for name in ["first", "last", "netmask", "wildcard"] {
        equal(name, number(&ours[name]), &theirs[name]);
    }
    equal("addresses", decimal(&ours["addresses"]), &theirs["addresses"]);
    equal("hosts", decimal(&ours["hosts"]), &theirs["hosts"][0]);
    equal("first host", number(&ours["first_host"]), &theirs["hosts"][1]);
    equal("last host", number(&ours["last_host"]), &theirs["hosts"][2]);
    equal("arpa", ours["arpa"].as_str().unwrap().to_owned(), &theirs["arpa"]);
    let bare = ours["address"].as_str().unwrap().split('%').next().unwrap();
    if !theirs["text"].is_null() {
        equal("text", bare.to_owned(), &theirs["text"]);
    }
    // RFC 4007, 11.2: zones may be numbers, and 0 is the default zone.
    let zone = theirs["zone"]
        .as_str()
        .map(|zone| zone.parse().map_or(zone.to_owned(), |number: u32| number.to_string()));
    assert_eq!(ours["zone"].as_str(), zone.as_deref().filter(|zone| *zone != "0"), "{text}");
    if let Some(expanded) = ours["expanded"].as_str() {
        let expanded = expanded.parse::<Ipv6Addr>().unwrap();
        equal(
            "expanded",
            expanded.segments().map(|group| format!("{group:04x}")).join(":"),
            &theirs["expanded"],
        );
    }
    let kind = ours["kind"].as_str().unwrap();
    for name in ["multicast", "loopback", "unspecified"] {
        if let Some(is) = theirs[name].as_bool() {
            assert_eq!(kind.starts_with(name), is, "{text} is {kind}");
        }
    }
}

/// Why one of the two takes a text that the other refuses, where that is as it should be.
fn reason_to_differ(text: &str, we_take_it: bool) -> Option<&'static str> {
    let (address, mask) = text.split_once('/').unwrap_or((text, ""));
    match (we_take_it, address.contains(':')) {
        // RFC 4632, 5.1: a mask is ones and then zeros. Python takes one of zeros and then ones, for what a packet
        // filter calls a wildcard: the same text would mean two networks if it were all zeros or all ones.
        (false, false) if mask.contains('.') => Some("a wildcard is no mask"),
        // RFC 4291, 2.3 writes the length alone; systems print the mask of an interface, which is the same.
        (true, true) if mask.contains(':') => Some("a mask of IPv6"),
        _ => None,
    }
}

/// A part of the 100,000 addresses and networks, right and wrong, that Python and the tool are both asked about.
fn python_agrees(part: u64) {
    const COUNT: usize = 12_500;
    let _limit = limit();
    let mut chance = Chance::new(SEED + 100 + part);
    let inputs: Vec<String> = (0..COUNT)
        .map(|index| {
            let text = chance.network();
            if index % 2 == 0 { text } else { chance.changed(&text) }
        })
        .collect();
    let questions: Vec<String> = inputs.iter().map(|text| format!("calc {text}")).collect();
    let Some(theirs) = python(&questions) else { return };
    let ours = records(&["address", "calc"], &inputs, 2);
    let (mut right, mut wrong, mut differ) = (0, 0, 0);
    for (index, (text, theirs)) in inputs.iter().zip(&theirs).enumerate() {
        let ours = &ours[&(index as u64 + 1)][0];
        match (ours.get("error"), theirs) {
            (None, Some(theirs)) => {
                compare(text, ours, theirs);
                right += 1;
            }
            (Some(error), None) => {
                let span = error["start"].as_u64().unwrap()..=error["end"].as_u64().unwrap();
                assert!(span.end() <= &(text.len() as u64) && span.start() <= span.end(), "{text}: {error}");
                wrong += 1;
            }
            (error, _) => {
                let reason = reason_to_differ(text, error.is_none());
                assert!(reason.is_some(), "{text}: we say {ours}, Python says {theirs:?}");
                differ += 1;
            }
        }
    }
    eprintln!("{right} right, {wrong} wrong, {differ} differ with a reason");
    assert!(right > COUNT / 2 && wrong > COUNT / 4 && (1..COUNT / 50).contains(&differ));
}

/// Each eighth by itself, so that none takes long.
macro_rules! eighths {
    ($($name:ident = $part:literal,)*) => { $(
        #[test]
        fn $name() {
            python_agrees($part);
        }
    )* };
}

eighths! {
    python_agrees_on_the_first_eighth_of_100_000 = 0,
    python_agrees_on_the_second_eighth_of_100_000 = 1,
    python_agrees_on_the_third_eighth_of_100_000 = 2,
    python_agrees_on_the_fourth_eighth_of_100_000 = 3,
    python_agrees_on_the_fifth_eighth_of_100_000 = 4,
    python_agrees_on_the_sixth_eighth_of_100_000 = 5,
    python_agrees_on_the_seventh_eighth_of_100_000 = 6,
    python_agrees_on_the_last_eighth_of_100_000 = 7,
}

/// A network as Python's answers write it.
fn key(text: &Value) -> Value {
    let (address, prefix) = text.as_str().unwrap().split_once('/').unwrap();
    let address: IpAddr = address.parse().unwrap();
    let version = if address.is_ipv4() { "4" } else { "6" };
    serde_json::json!([version, number(&address.to_string().into()), prefix])
}

fn keys(records: Option<&Vec<Value>>) -> Vec<Value> {
    records.into_iter().flatten().map(|record| key(&record["network"])).collect()
}

fn range(chance: &mut Chance) -> String {
    let (a, b): (IpAddr, IpAddr) = if chance.below(2) == 0 {
        let (a, b) = (chance.v4(), chance.v4());
        (a.min(b).into(), a.max(b).into())
    } else {
        let (a, b) = (chance.v6(), chance.v6());
        (a.min(b).into(), a.max(b).into())
    };
    format!("{a}-{b}")
}

#[test]
fn python_agrees_on_the_networks_of_ranges() {
    let _limit = limit();
    let mut chance = Chance::new(SEED + 1);
    let inputs: Vec<String> = (0..1_500).map(|_| range(&mut chance)).collect();
    let questions: Vec<String> = inputs.iter().map(|text| format!("summarize {text}")).collect();
    let Some(theirs) = python(&questions) else { return };
    let ours = records(&["address", "range"], &inputs, 0);
    for (index, theirs) in theirs.into_iter().enumerate() {
        let ours = keys(ours.get(&(index as u64 + 1)));
        assert_eq!(Some(Value::Array(ours)), theirs, "{}", inputs[index]);
    }
}

/// Networks that are near each other, so that they adjoin and overlap.
fn crowded(chance: &mut Chance) -> String {
    let address: IpAddr = match chance.below(4) {
        0 => Ipv4Addr::from_bits(0xffff_ff00 | chance.below(256) as u32).into(),
        1 => Ipv6Addr::from_bits(u128::from(chance.below(256))).into(),
        2 => Ipv6Addr::from_bits(u128::MAX - u128::from(chance.below(256))).into(),
        _ => Ipv4Addr::from_bits(0x0a00_0000 | chance.below(1 << 12) as u32).into(),
    };
    let width = if address.is_ipv4() { 32 } else { 128 };
    format!("{address}/{}", width - chance.below(6))
}

#[test]
fn python_agrees_on_the_fewest_networks() {
    let _limit = limit();
    let mut chance = Chance::new(SEED + 2);
    let sets: Vec<Vec<String>> = (0..100)
        .map(|index| {
            let size = if index == 0 { 20_000 } else { chance.below(60) + 1 };
            let mut item = |_| match chance.below(8) {
                0 => range(&mut chance),
                1 => chance.ip().to_string(),
                _ => crowded(&mut chance),
            };
            (0..size).map(&mut item).collect()
        })
        .collect();
    let questions: Vec<String> = sets.iter().map(|set| format!("collapse {}", set.join(" "))).collect();
    let Some(theirs) = python(&questions) else { return };
    for (set, theirs) in sets.iter().zip(theirs) {
        let answer = ask(&["address", "merge"], &(set.join("\n") + "\n"));
        let ours: Vec<Value> = answer.lines(0).into_iter().map(|line| key(&line.into())).collect();
        assert_eq!(Some(Value::Array(ours)), theirs, "{set:?}");
    }
}

#[test]
fn python_agrees_on_the_parts_of_networks_and_on_what_is_left_without_one() {
    let _limit = limit();
    let mut chance = Chance::new(SEED + 3);
    for bits in 0..=6 {
        let mut inputs = Vec::new();
        while inputs.len() < 300 {
            let address = chance.ip();
            let most = if address.is_ipv4() { 33 } else { 129 } - bits;
            inputs.push(format!("{address}/{}", chance.below(most)));
        }
        let questions: Vec<String> = inputs.iter().map(|text| format!("split {text} {bits}")).collect();
        let Some(theirs) = python(&questions) else { return };
        let ours = records(&["address", "split", "--into", &(1 << bits).to_string()], &inputs, 0);
        for (index, theirs) in theirs.into_iter().enumerate() {
            let ours = keys(ours.get(&(index as u64 + 1)));
            assert_eq!(Some(Value::Array(ours)), theirs, "{}", inputs[index]);
        }
    }
    let pairs =
        [("10.0.0.0/8", "10.200.3.7/32"), ("::/0", "2001:db8::/127"), ("0.0.0.0/0", "255.255.255.255/32")];
    let questions: Vec<String> = pairs.iter().map(|(all, one)| format!("exclude {all} {one}")).collect();
    for ((all, one), theirs) in pairs.iter().zip(python(&questions).unwrap()) {
        let answer = ask(&["address", "merge", "--except", one, all], "");
        let mut ours: Vec<Value> = answer.lines(0).into_iter().map(|line| key(&line.into())).collect();
        let mut theirs = theirs.unwrap().as_array().unwrap().clone();
        for keys in [&mut ours, &mut theirs] {
            keys.sort_by_key(|key| key[1].as_str().unwrap().parse::<u128>().unwrap());
        }
        assert_eq!(ours, theirs, "{all} without {one}");
    }
}

#[test]
fn python_agrees_on_members_and_places() {
    let _limit = limit();
    let mut chance = Chance::new(SEED + 4);
    for set in ["10.0.0.0/9", "2000::/3", "ff00::/8", "128.0.0.0/1", "::/0"] {
        let inputs: Vec<String> = (0..2_000).map(|_| chance.ip().to_string()).collect();
        let questions: Vec<String> =
            inputs.iter().map(|address| format!("contains {set} {address}")).collect();
        let Some(theirs) = python(&questions) else { return };
        let ours = ask(&["address", "in", set], &(inputs.join("\n") + "\n"));
        let wanted: Vec<&str> = inputs
            .iter()
            .zip(&theirs)
            .filter(|row| *row.1 == Some(true.into()))
            .map(|row| row.0.as_str())
            .collect();
        assert_eq!(ours.lines(i32::from(wanted.is_empty())), wanted, "{set}");
    }
    for index in ["0", "1", "-1", "200", "-2", "79228162514264337593543950335"] {
        let inputs: Vec<String> = (0..500)
            .map(|_| crowded(&mut chance))
            .chain(["::/0".to_owned(), "fe80::/10".to_owned()])
            .collect();
        let questions: Vec<String> = inputs.iter().map(|text| format!("nth {text} {index}")).collect();
        let Some(theirs) = python(&questions) else { return };
        let code = if theirs.iter().all(Option::is_some) { 0 } else { 2 };
        let ours = records(&["address", "nth", index], &inputs, code);
        for (at, theirs) in theirs.into_iter().enumerate() {
            let ours = &ours[&(at as u64 + 1)][0];
            let address = ours.get("address").map(|address| Value::from(number(address)));
            assert_eq!(address, theirs, "{} {index}", inputs[at]);
        }
    }
}

#[test]
fn names_go_there_and_back() {
    let _limit = limit();
    let mut chance = Chance::new(SEED + 5);
    let inputs: Vec<String> = (0..20_000).map(|_| chance.ip().to_string()).collect();
    let names = ask(&["address", "rev"], &(inputs.join("\n") + "\n"));
    let back = ask(&["address", "rev"], &(names.lines(0).join("\n") + "\n"));
    assert_eq!(back.lines(0), inputs);
}

#[test]
fn addresses_sort_by_their_numbers() {
    let _limit = limit();
    let mut chance = Chance::new(SEED + 6);
    let mut addresses: Vec<IpAddr> = (0..20_000).map(|_| chance.ip()).collect();
    let inputs: Vec<String> = addresses.iter().map(|address| chance.written(*address)).collect();
    let answer = ask(&["address", "sort", "--unique"], &(inputs.join("\n") + "\n"));
    addresses.sort_unstable();
    addresses.dedup();
    assert_eq!(answer.lines(0), addresses.iter().map(ToString::to_string).collect::<Vec<_>>());
}

/// The fields of an answer of ipcalc-ng.
fn ipcalc_ng(program: &str, network: &str) -> Value {
    let answer = ask_program(program, &["-j", "--all-info", network], "");
    assert_eq!(answer.code, Some(0), "{network}: {}", answer.said);
    serde_json::from_str(&answer.out).unwrap()
}

/// The name of ipcalc-ng: elsewhere than on Debian it is ipcalc.
fn ipcalc_name() -> Option<&'static str> {
    let names = ["ipcalc-ng", "ipcalc"];
    let found = names.into_iter().find(|name| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let is_there = std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
        is_there && ask_program(name, &["--version"], "").out.starts_with("ipcalc")
    });
    berkeley_testkit::need(found.is_some(), "ipcalc-ng").then_some(found?)
}

#[test]
fn ipcalc_ng_agrees() {
    let _limit = limit();
    let Some(program) = ipcalc_name() else { return };
    let mut chance = Chance::new(SEED + 7);
    let inputs: Vec<String> = (0..300)
        .map(|_| {
            let address = chance.ip();
            format!("{address}/{}", chance.prefix(address))
        })
        .collect();
    let ours = records(&["address", "calc"], &inputs, 0);
    for (index, text) in inputs.iter().enumerate() {
        let (ours, theirs) = (&ours[&(index as u64 + 1)][0], ipcalc_ng(program, text));
        let prefix = ours["prefix"].as_u64().unwrap();
        let is_v4 = ours["family"] == "IPv4";
        let same = |name: &str, theirs: &Value| {
            let Some(theirs) = theirs.as_str() else { return };
            assert_eq!(ours[name].as_str().unwrap(), theirs, "{name} of {text}");
        };
        let network = ours["network"].as_str().unwrap().split('/').next().unwrap();
        assert!(
            theirs["NETWORK"].as_str().is_none_or(|theirs| theirs.parse() == network.parse::<IpAddr>()),
            "{text}"
        );
        assert!(
            theirs["NETMASK"]
                .as_str()
                .is_none_or(|theirs| theirs.parse() == ours["netmask"].as_str().unwrap().parse::<IpAddr>()),
            "{text}"
        );
        assert_eq!(theirs["PREFIX"].as_str().unwrap(), prefix.to_string(), "{text}");
        if is_v4 && prefix <= 30 {
            // RFC 3021: of two addresses none is left for a broadcast; ipcalc-ng prints 255.255.255.255 there.
            same("broadcast", &theirs["BROADCAST"]);
            same("first_host", &theirs["MINADDR"]);
            same("last_host", &theirs["MAXADDR"]);
            // Of 0.0.0.0/0 it counts one more than are between its own two ends.
            let one_more = u64::from(prefix == 0);
            let hosts = ours["hosts"].as_u64().unwrap() + one_more;
            assert_eq!(hosts.to_string(), theirs["ADDRESSES"].as_str().unwrap(), "{text}");
        } else if !is_v4 {
            // RFC 4291, 2.6.1: the first address is that of the routers; ipcalc-ng counts it among the hosts.
            let end =
                |name: &str| theirs[name].as_str().map(|text| text.parse::<IpAddr>().unwrap().to_string());
            assert!(end("MINADDR").is_none_or(|first| first == ours["first"]), "{text}: {theirs}");
            assert!(end("MAXADDR").is_none_or(|last| last == ours["last"]), "{text}: {theirs}");
        }
        // RFC 791, 3.2: the class is that of the address; ipcalc-ng says that of the network, of which a short prefix
        // leaves other bits. RFC 1112, 4: class D ends with 239; it ends it with 238.
        let is_plain = prefix >= 4 && !text.starts_with("239.");
        if let Some(theirs) = theirs["ADDRCLASS"].as_str().filter(|_| is_plain) {
            assert_eq!(format!("Class {}", ours["class"].as_str().unwrap()), theirs, "{text}");
        }
    }
}

#[test]
fn ipcalc_ng_agrees_on_ranges_and_parts() {
    let _limit = limit();
    let Some(program) = ipcalc_name() else { return };
    let mut chance = Chance::new(SEED + 8);
    for _ in 0..150 {
        let text = range(&mut chance);
        let theirs = ask_program(program, &["--no-decorate", "-d", &text], "");
        let ours = ask(&["address", "range", &text], "");
        let parse =
            |lines: Vec<&str>| -> Vec<Value> { lines.iter().map(|line| key(&(*line).into())).collect() };
        assert_eq!(parse(ours.lines(0)), parse(theirs.lines(0)), "{text}");
    }
}

/// The blocks of sipcalc's answers, each the lines of one address under their names.
fn sipcalc(inputs: &[String]) -> Vec<BTreeMap<String, String>> {
    // Not from its standard input, of which it takes each block that it reads for whole lines.
    let arguments: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let answer = ask_program("sipcalc", &arguments, "");
    let mut blocks = Vec::new();
    let mut last = String::new();
    for line in answer.lines(0) {
        if line.starts_with("-[") {
            blocks.push(BTreeMap::new());
            continue;
        }
        let Some(block) = blocks.last_mut() else { continue };
        if let Some((name, value)) = line.split_once("\t- ") {
            name.trim().clone_into(&mut last);
            block.insert(last.clone(), value.trim().to_owned());
        } else if line.starts_with('\t') && !last.is_empty() {
            block
                .entry(last.clone())
                .and_modify(|value: &mut String| *value = format!("{value} {}", line.trim()));
        }
    }
    blocks
}

#[test]
fn sipcalc_agrees() {
    let _limit = limit();
    if berkeley_testkit::program("sipcalc").is_none() {
        return;
    }
    let mut chance = Chance::new(SEED + 9);
    let inputs: Vec<String> = (0..400)
        .map(|_| {
            let address = chance.ip();
            // sipcalc takes 0 for no length at all.
            format!("{address}/{}", chance.prefix(address).max(1))
        })
        .collect();
    let ours = records(&["address", "calc"], &inputs, 0);
    let theirs = sipcalc(&inputs);
    assert_eq!(theirs.len(), inputs.len());
    for (index, text) in inputs.iter().enumerate() {
        let (ours, theirs) = (&ours[&(index as u64 + 1)][0], &theirs[index]);
        let range: Vec<IpAddr> =
            theirs["Network range"].split(" - ").map(|end| end.trim().parse().unwrap()).collect();
        let ends: Vec<IpAddr> =
            ["first", "last"].map(|name| ours[name].as_str().unwrap().parse().unwrap()).to_vec();
        assert_eq!(range, ends, "{text}");
        if ours["family"] == "IPv6" {
            let expanded = &theirs["Expanded Address"];
            assert_eq!(ours["expanded"].as_str().unwrap(), expanded, "{text}");
            continue;
        }
        for (name, theirs) in [("netmask", &theirs["Network mask"]), ("wildcard", &theirs["Cisco wildcard"])]
        {
            assert_eq!(ours[name].as_str().unwrap(), theirs, "{text}");
        }
        assert_eq!(decimal(&ours["integer"]), theirs["Host address (decimal)"], "{text}");
        assert_eq!(decimal(&ours["addresses"]), theirs["Addresses in network"], "{text}");
        if let Some(hosts) = theirs.get("Usable range") {
            let hosts: Vec<&str> = hosts.split(" - ").collect();
            assert_eq!(
                [ours["first_host"].as_str().unwrap(), ours["last_host"].as_str().unwrap()],
                hosts[..],
                "{text}"
            );
        }
    }
}
