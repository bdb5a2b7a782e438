//! The table of options, row by row: what is read can be read, what is set reads back, and what a system lacks says so.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use berkeley::option;
use berkeley::{Family, Kind, Protocol, Socket};
use berkeley_testkit::limit;

#[test]
fn names_are_unique_and_documented() {
    let mut names = BTreeSet::new();
    for row in option::all() {
        assert!(names.insert(row.name()), "{} twice", row.name());
        let c_name = option::by_name(row.c_name()).unwrap();
        assert_eq!(c_name.c_name(), row.c_name());
        assert!(row.about().ends_with('.') && row.about().len() > 8, "{}: {}", row.name(), row.about());
        assert!(row.is_readable() || row.is_settable(), "{}", row.name());
        assert!(!row.form().is_empty(), "{}", row.name());
        assert_eq!(option::by_name(&row.name().to_uppercase()).unwrap().name(), row.name());
    }
    assert!(names.len() > 400, "{}", names.len());
}

#[test]
fn what_a_system_lacks_is_unsupported_and_nothing_else() {
    let _limit = limit();
    let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
    let mut lacking = 0;
    for row in option::all().filter(|row| !row.is_available()) {
        lacking += 1;
        for error in [row.get(&socket).unwrap_err(), row.set(&socket, "").unwrap_err()] {
            assert!(error.is_unsupported(), "{}: {error}", row.name());
            assert_eq!(error.errno(), None, "{error}: the system was not asked");
        }
    }
    assert!(lacking > 50, "no system has nearly all options: {lacking}");
}

#[test]
fn an_option_is_not_used_in_the_direction_that_it_lacks() {
    let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
    for row in option::all() {
        if !row.is_readable() {
            let error = row.get(&socket).unwrap_err();
            assert!(error.is_unsupported() && error.to_string().contains("only set"), "{error}");
        }
        if !row.is_settable() {
            let error = row.set(&socket, "").unwrap_err();
            assert!(error.is_unsupported() && error.to_string().contains("only read"), "{error}");
        }
    }
}

#[test]
fn a_text_that_is_no_value_is_refused_before_the_system_is_asked() {
    let socket = Socket::open(Family::INET, Kind::STREAM, Protocol::TCP).unwrap();
    let text = "no such value, nor any other";
    for row in option::all().filter(|row| row.is_available() && row.is_settable()) {
        let error = row.set(&socket, text).map_or_else(|error| error, |()| panic!("{} took it", row.name()));
        if row.form() == "a short text" {
            continue;
        }
        assert!(error.is_invalid() && error.errno().is_none(), "{}: {error}", row.name());
        assert!(error.to_string().contains(row.form()), "{error}");
    }
}
