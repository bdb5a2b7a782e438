//! Interfaces, their list and their changes leave no descriptor open.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use berkeley::{InterfaceChanges, Interfaces};
use berkeley_testkit::leak;

#[test]
fn interfaces_and_their_changes_leave_nothing_open() {
    leak::check(|| {
        let mut interfaces = Interfaces::open().unwrap();
        let mut changes = InterfaceChanges::open().unwrap();
        let _ = (interfaces.list().unwrap(), interfaces.addresses().unwrap(), changes.take().unwrap());
        assert!(interfaces.by_name("no-such-interface").is_err());
    });
}
