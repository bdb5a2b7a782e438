//! `sock address`, `explain`, `errno` as they are run: forms of output, errors with their places, exit codes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test ends with what is wrong")]

#[path = "common/ask.rs"]
mod ask;
mod common;

use std::io::{BufRead, BufReader};

use ask::ask;
use berkeley_testkit::limit;
use common::sock;
use serde_json::Value;

/// Asks with arguments alone; returns the lines of the answer.
fn lines(arguments: &str) -> Vec<String> {
    let arguments: Vec<&str> = arguments.split_ascii_whitespace().collect();
    ask(&arguments, "").lines(0).into_iter().map(str::to_owned).collect()
}

#[test]
fn every_question_has_its_answer() {
    let _limit = limit();
    let rows: &[(&str, &[&str])] = &[
        (
            "address split --prefix 26 10.0.0.0/24",
            &["10.0.0.0/26", "10.0.0.64/26", "10.0.0.128/26", "10.0.0.192/26"],
        ),
        ("address split --into 2 2001:db8::/32", &["2001:db8::/33", "2001:db8:8000::/33"]),
        (
            "address split --hosts 2,60 192.0.2.0/25",
            &[
                "192.0.2.0/26",
                "192.0.2.64/31",
                "192.0.2.66/31",
                "192.0.2.68/30",
                "192.0.2.72/29",
                "192.0.2.80/28",
                "192.0.2.96/27",
            ],
        ),
        ("address merge 10.0.0.0/25 ::1 10.0.0.128-10.0.0.255", &["10.0.0.0/24", "::1/128"]),
        (
            "address merge --ranges --except 10.0.0.7 10.0.0.0/28",
            &["10.0.0.0-10.0.0.6", "10.0.0.8-10.0.0.15"],
        ),
        (
            "address range 10.0.0.1-10.0.0.3 ::/0",
            &["10.0.0.1/32", "10.0.0.2/31", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
        ),
        ("address in 10.0.0.0/8,::1 10.255.0.0/16 ::1 11.0.0.1", &["10.255.0.0/16", "::1"]),
        ("address in --not 10.0.0.0/8 10.1.1.1 10.0.0.0/7", &["10.0.0.0/7"]),
        (
            "address sort 10.0.0.10 ::1 10.0.0.9 10.0.0.0/24 10.0.0.0/8",
            &["10.0.0.0/8", "10.0.0.0/24", "10.0.0.9", "10.0.0.10", "::1"],
        ),
        ("address sort --reverse --unique ::1 10.0.0.1 ::0001", &["::1", "10.0.0.1"]),
        ("address nth 5 2001:db8::/32", &["2001:db8::5"]),
        ("address nth -1 10.0.0.0/24 10.0.0.1-10.0.0.9", &["10.0.0.255", "10.0.0.9"]),
        ("address rand 192.0.2.7", &["192.0.2.7"]),
        (
            "address rev 192.0.2.1 10.1.0.0/23 8.b.d.0.1.0.0.2.ip6.arpa",
            &["1.2.0.192.in-addr.arpa", "0.1.10.in-addr.arpa", "1.1.10.in-addr.arpa", "2001:db8::/32"],
        ),
        (
            "address class 10.1.2.3 fe80::1%eth0",
            &[
                "10.1.2.3\tIPv4\tA\tunicast\tPrivate-Use\tlocal",
                "fe80::1%eth0\tIPv6\t-\tunicast, link-local scope\tLink-Local Unicast\tlocal",
            ],
        ),
        ("ip nth 0 10.0.0.0/8", &["10.0.0.0"]),
    ];
    for (question, answer) in rows {
        assert_eq!(lines(question), *answer, "{question}");
    }
    let calc = lines("address calc 0.0.0.0/0 ::/0").join("\n");
    for part in
        ["hosts               4294967294\n", "addresses           340282366920938463463374607431768211456\n"]
    {
        assert!(calc.contains(part), "{part:?} is not in\n{calc}");
    }
}

#[test]
fn chance_is_the_same_with_the_same_seed_and_stays_in_its_range() {
    let _limit = limit();
    let question = "address rand --count 1000 --seed 7 2001:db8::/64 10.0.0.1-10.0.0.9";
    let first = lines(question);
    assert_eq!(first.len(), 2000);
    assert_eq!(first, lines(question));
    assert_ne!(first, lines(&question.replace('7', "8")));
    let within = ask(&["address", "in", "--not", "2001:db8::/64,10.0.0.1-10.0.0.9"], &first.join("\n"));
    assert!(within.lines(1).is_empty());
    assert_ne!(lines("address rand ::/0"), lines("address rand ::/0"));
}

/// What is said of a command line that is wrong; nothing is answered.
fn said(arguments: &[&str]) -> String {
    let answer = ask(arguments, "");
    assert_eq!((answer.code, answer.out.as_str()), (Some(2), ""), "{arguments:?}: {}", answer.said);
    answer.said
}

/// What is asked, and what is said of it.
const MISTAKES: &[(&[&str], &str)] = &[
    (&["calc", "10.0.0.300/24"], "octet 300 is out of range (0 to 255)\n  10.0.0.300/24\n         ^^^"),
    (&["calc", "10.0.0.1/33"], "prefix 33 is longer than the address\n  10.0.0.1/33\n           ^^"),
    (
        &["calc", "10.0.0.0/0.0.0.255"],
        "mask 0.0.0.255 is not ones followed by zeros\n  10.0.0.0/0.0.0.255\n           ^^^^^^^^^    for that wildcard write 24",
    ),
    (&["calc", "10.0.0/8"], "10.0.0 has too few octets (an IPv4 address has 4)\n  10.0.0/8\n  ^^^^^^"),
    (
        &["calc", "010.0.0.1"],
        "octet 010 has a leading zero, which some programs read as octal\n  010.0.0.1\n  ^^^",
    ),
    (&["calc", "1::2::3"], "a second :: is ambiguous (an IPv6 address has at most one)\n  1::2::3\n      ^^"),
    (
        &["calc", "fe80::1%eth0/200"],
        "prefix 200 is longer than the address\n  fe80::1%eth0/200\n               ^^^",
    ),
    (
        &["calc", "example.org"],
        "example.org is not an address (a name has to be looked up first)\n  example.org\n  ^^^^^^^^^^^",
    ),
    (&["calc", ""], "an address is missing\n  \n  ^"),
    (
        &["range", "10.0.0.1-10.0.0.300"],
        "octet 300 is out of range (0 to 255)\n  10.0.0.1-10.0.0.300\n                  ^^^",
    ),
    (
        &["range", "10.0.0.9-10.0.0.1"],
        "the range ends before it begins\n  10.0.0.9-10.0.0.1\n           ^^^^^^^^    write 10.0.0.1-10.0.0.9",
    ),
    (
        &["range", "10.0.0.1-::1"],
        "::1 is of another family than the beginning of the range\n  10.0.0.1-::1\n           ^^^",
    ),
    (
        &["merge", "--except", "10.0.0.1,x", "10.0.0.0/8"],
        "x is not an address (a name has to be looked up first)\n  --except 10.0.0.1,x\n                    ^",
    ),
    (
        &["in", "10.0.0.0/8,10.0.0.0/99", "::1"],
        "prefix 99 is longer than the address\n  10.0.0.0/8,10.0.0.0/99\n                      ^^",
    ),
    (
        &["split", "--prefix", "8", "10.0.0.0/24"],
        "a network of 24 bits has no parts of 8\n  10.0.0.0/24\n           ^^    write --prefix 24 to 32",
    ),
    (
        &["split", "--into", "3", "10.0.0.0/24"],
        "\"3\" is not a power of two, as which networks split\n  --into 3\n         ^    write 2 or 4",
    ),
    (
        &["split", "--hosts", "1,,2", "10.0.0.0/24"],
        "\"\" is not a number of hosts\n  --hosts 1,,2\n            ^    write 100,50,2",
    ),
    (
        &["nth", "256", "10.0.0.0/24"],
        "10.0.0.0/24 has 256 addresses, and none is number 256\n  10.0.0.0/24\n  ^^^^^^^^^^^    write 0 to 255, or -1 to -256",
    ),
    (
        &["nth", "x", "10.0.0.0/24"],
        "\"x\" is not the number of an address\n  x\n  ^    write 5, 0xff, or -1 for the last",
    ),
    (
        &["rand", "--seed", "x", "::/0"],
        "\"x\" is not a number\n  --seed x\n         ^    write 0 to 18446744073709551615",
    ),
    (&["rand", "--count", "0", "::/0"], "0 is out of range (1 to 1000000)\n  --count 0\n          ^"),
    (
        &["rev", "1.300.0.192.in-addr.arpa"],
        "octet 300 is out of range (0 to 255)\n  1.300.0.192.in-addr.arpa\n    ^^^",
    ),
    (&["sort", "10.0.0.0/8/8"], "\"8/8\" is not the length of a prefix\n  10.0.0.0/8/8\n           ^^^"),
];

#[test]
fn every_mistake_is_pointed_at_and_exits_with_2() {
    let _limit = limit();
    for (arguments, message) in MISTAKES {
        let message = format!("error: {message}");
        assert_eq!(
            said(&[&["address"], *arguments].concat()),
            message.replace("8/8 is not", "\"8/8\" is not")
        );
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let _limit = limit();
    let said = said(&["address", "calc", "10.0.0.300", "10.0.0.1", "::g"]);
    assert_eq!(said.matches("error: ").count(), 2, "{said}");
}

#[test]
fn a_wrong_line_is_told_with_its_number_and_the_others_are_answered() {
    let _limit = limit();
    let input = "10.0.0.1 # a comment\n\n# nothing\n10.0.0.256\r\n  ::1\t\n\u{fffd}\n10.0.0.2";
    let answer = ask(&["address", "rev"], input);
    let names = answer.lines(2);
    assert_eq!((names[0], names[2]), ("1.0.0.10.in-addr.arpa", "2.0.0.10.in-addr.arpa"));
    assert!(
        answer
            .said
            .starts_with("error: line 4: octet 256 is out of range (0 to 255)\n  10.0.0.256\n         ^^^")
    );
    assert!(answer.said.contains("error: line 6: "));
    let long = ask(&["address", "rev"], &format!("{}\n::1\n", "1".repeat(1 << 20)));
    assert_eq!(long.lines(2).len(), 1);
    assert!(long.said.starts_with("error: line 1: a line has at most 4096 bytes"), "{}", long.said);
    // What is made of all lines together is not made of some of them.
    let merged = ask(&["address", "merge"], "10.0.0.0/25\nx\n10.0.0.128/25\n");
    assert_eq!((merged.code, merged.out.as_str()), (Some(2), ""));
}

#[test]
fn a_json_document_is_whole_whatever_happens() {
    let _limit = limit();
    for (arguments, input, code, results, errors) in [
        (&["address", "calc", "10.0.0.0/8"][..], "", 0, 1, 0),
        (&["address", "calc"], "10.0.0.0/8\nx\n::1\n", 2, 2, 1),
        (&["address", "calc"], "", 0, 0, 0),
        (&["address", "in", "10.0.0.0/8", "::1"], "", 1, 0, 0),
        (&["address", "merge", "--except", "x", "::1"], "", 2, 0, 1),
        (&["address", "split", "--into", "4", "10.0.0.0/8"], "", 0, 4, 0),
        (&["explain", "tcp://127.0.0.1:80", "ff02::1"], "", 0, 2, 0),
        (&["errno", "EPIPE", "1"], "", 0, 2, 0),
        (&["errno", "EPIPPE"], "", 2, 0, 1),
    ] {
        let answer = ask(&[arguments, &["--json"]].concat(), input);
        let document: Value =
            serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}", answer.out));
        assert_eq!(answer.code, Some(code), "{arguments:?}: {}", answer.said);
        assert_eq!(document["exit"], code, "{arguments:?}");
        assert_eq!(document["results"].as_array().unwrap().len(), results, "{arguments:?}");
        assert_eq!(document["errors"].as_array().unwrap().len(), errors, "{arguments:?}");
        let lines = ask(&[arguments, &["--jsonl"]].concat(), input);
        let events: Vec<Value> = lines.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(events.len(), results + errors + 1, "{arguments:?}: {}", lines.out);
        assert_eq!(events.last().unwrap()["event"], "end");
        assert!(events.iter().all(|event| event["v"] == document["v"]), "{arguments:?}");
    }
}

#[test]
fn numbers_of_ipv4_are_numbers_and_those_of_ipv6_texts() {
    let _limit = limit();
    let answer = ask(&["address", "calc", "--json", "10.0.0.0/8", "::/0"], "");
    let document: Value = serde_json::from_str(&answer.out).unwrap();
    let (v4, v6) = (&document["results"][0], &document["results"][1]);
    assert_eq!((&v4["addresses"], &v4["broadcast"]), (&Value::from(1 << 24), &Value::from("10.255.255.255")));
    assert_eq!(v6["addresses"], "340282366920938463463374607431768211456");
    assert_eq!(v6.get("broadcast"), None);
    let error = ask(&["address", "calc", "--json", "10.0.0.300"], "");
    let error: Value = serde_json::from_str(&error.out).unwrap();
    assert_eq!(
        (&error["errors"][0]["error"]["start"], &error["errors"][0]["error"]["end"]),
        (&7.into(), &10.into())
    );
}

#[test]
fn who_writes_a_line_has_the_answer_before_the_next() {
    let _limit = limit();
    let mut tool = sock(&["address", "rev"]);
    let mut answers = BufReader::new(tool.stdout.take().unwrap());
    for octet in 0..20 {
        tool.write(format!("10.0.0.{octet}\n").as_bytes());
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        assert_eq!(answer, format!("{octet}.0.0.10.in-addr.arpa\n"));
    }
    tool.end();
    tool.ends_with(0);
}

#[test]
fn a_reader_that_goes_ends_what_would_have_no_end() {
    let _limit = limit();
    for form in [&[][..], &["--json"], &["--jsonl"]] {
        let mut tool = sock(&[&["address", "split", "--prefix", "128", "::/0"], form].concat());
        tool.read_exact(1000);
        tool.stdout = None;
        assert_eq!(tool.ends_with(141), "", "{form:?}");
    }
}

#[test]
fn errors_are_explained_by_name_and_by_number() {
    let _limit = limit();
    let by_name = ask(&["errno", "econnrefused", "CONNREFUSED"], "");
    let text = by_name.lines(0).join("\n");
    assert_eq!(text.matches("ECONNREFUSED").count(), 2);
    assert!(text.contains("is_refused") && text.contains("elsewhere windows"), "{text}");
    let all = ask(&["errno"], "");
    let all = all.lines(0);
    assert!(
        all.len() > 80 && all.iter().any(|line| line.contains("ECONNREFUSED") && line.contains("refused"))
    );
    let said = said(&["errno", "EADRINUSE", "123456"]);
    assert!(
        said.contains("did you mean EADDRINUSE?") && said.contains("this system has no error 123456"),
        "{said}"
    );
}

/// The names and the numbers are those of the system's own headers, as Python has them.
#[test]
fn python_agrees_on_every_error() {
    let _limit = limit();
    if berkeley_testkit::program("python3").is_none() {
        return;
    }
    let script = "import errno, os\nfor name in dir(errno):\n if name[0] == 'E': print(name, getattr(errno, name), os.strerror(getattr(errno, name)), sep='\\t')";
    let theirs = ask::ask_program("python3", &["-c", script], "");
    let mut names: Vec<&str> = Vec::new();
    let rows: Vec<Vec<&str>> = theirs.lines(0).iter().map(|line| line.split('\t').collect()).collect();
    names.extend(rows.iter().map(|row| row[0]));
    let ours = ask(&[&["errno", "--json"], &names[..]].concat(), "");
    let document: Value = serde_json::from_str(&ours.out).unwrap();
    assert_eq!(ours.code, Some(0), "{}", ours.said);
    for (row, ours) in rows.iter().zip(document["results"].as_array().unwrap()) {
        assert_eq!(
            (ours["number"].to_string().as_str(), ours["text"].as_str()),
            (row[1], Some(row[2])),
            "{}",
            row[0]
        );
    }
}

#[test]
fn addresses_are_explained_part_by_part() {
    let _limit = limit();
    let answer = ask(
        &[
            "explain",
            "tcp://[fe80::211:22ff:fe33:4455%7]:443?nodelay",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        ],
        "",
    );
    let text = answer.lines(0).join("\n");
    for part in [
        "zone ",
        "mac ",
        "00:11:22:33:44:55",
        "443: https",
        "nodelay",
        "teredo server",
        "65.54.227.120",
        "40000",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let wrong = said(&["explain", "tcp://[::1:80", "127.0.0.1:99999", "10.0.0.256"]);
    assert_eq!(wrong.matches("error: ").count(), 3, "{wrong}");
    let name = ask(&["explain", "tcp://localhost:80"], "");
    assert!(name.lines(0).iter().any(|line| line.starts_with("tried") && line.contains(":80")));
}

#[test]
fn every_page_of_the_manual_is_there() {
    let _limit = limit();
    for page in
        [&["address"][..], &["address", "calc"], &["explain"], &["errno"], &["free-port"], &["addresses"]]
    {
        let answer = ask(&[&["man"], page].concat(), "");
        assert!(answer.lines(0).iter().any(|line| line.starts_with(".SH")), "{page:?}");
    }
    assert!(said(&["man", "adress"]).contains("did you mean address?"));
}
