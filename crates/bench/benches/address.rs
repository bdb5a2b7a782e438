//! Addresses read and printed, beside the standard library.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::net::SocketAddr;

use berkeley::Address;
use criterion::{Criterion, criterion_group, criterion_main};

const TEXTS: &[(&str, &str)] = &[
    ("v4", "192.168.100.254:65535"),
    ("v6", "[2001:db8::8a2e:370:7334]:443"),
    ("v6-long", "[2001:db8:85a3:1234:5678:8a2e:370:7334]:443"),
    ("v6-loopback", "[::1]:80"),
];

fn parse(criterion: &mut Criterion) {
    for (name, text) in TEXTS {
        let mut group = criterion.benchmark_group(format!("parse {name}"));
        group
            .bench_function("std", |bencher| bencher.iter(|| black_box(text).parse::<SocketAddr>().unwrap()));
        group.bench_function("berkeley", |bencher| {
            bencher.iter(|| black_box(text).parse::<Address>().unwrap());
        });
        group.finish();
    }
}

fn print(criterion: &mut Criterion) {
    for (name, text) in TEXTS {
        let (std, ours): (SocketAddr, Address) = (text.parse().unwrap(), text.parse().unwrap());
        let mut group = criterion.benchmark_group(format!("print {name}"));
        group.bench_function("std", |bencher| bencher.iter(|| black_box(&std).to_string()));
        group.bench_function("berkeley", |bencher| bencher.iter(|| black_box(&ours).to_string()));
        group.finish();
    }
}

criterion_group!(benches, parse, print);
criterion_main!(benches);
