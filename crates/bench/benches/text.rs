//! Lines read and written, beside the standard library and `encoding_rs_io`: a mebibyte in memory.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::io::{BufRead, BufReader, BufWriter, Write, sink};

use berkeley::text::{Encoding, Newline, TextStream};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use encoding_rs_io::DecodeReaderBytesBuilder;

const SIZE: usize = 1 << 20;

/// Lines of that many characters, of which one in `rarity` is not ASCII.
fn lines(length: usize, rarity: usize) -> String {
    let characters = (0..).map(|number| match number {
        _ if number % (length + 1) == length => '\n',
        _ if number % rarity == rarity - 1 => 'é',
        _ => 'a',
    });
    characters.take(SIZE).chain(['\n']).collect()
}

const KINDS: [(&str, usize, usize); 4] = [
    ("ASCII, 40 a line", 40, usize::MAX),
    ("ASCII, 500 a line", 500, usize::MAX),
    ("a tenth not ASCII, 40 a line", 40, 10),
    ("a tenth not ASCII, 500 a line", 500, 10),
];

fn read_std(mut reader: impl BufRead) -> usize {
    let (mut line, mut count) = (String::new(), 0);
    while reader.read_line(&mut line).unwrap() > 0 {
        count += black_box(&line).len();
        line.clear();
    }
    count
}

fn read_berkeley(bytes: &[u8], encoding: Encoding, newline: Newline) -> usize {
    let mut stream = TextStream::new(bytes).with_encoding(encoding).with_newline(newline);
    let (mut line, mut count) = (String::new(), 0);
    while stream.read_line(&mut line).unwrap() {
        count += black_box(&line).len() + 1;
    }
    count
}

fn utf8(criterion: &mut Criterion) {
    for (name, length, rarity) in KINDS {
        let text = lines(length, rarity);
        let bytes = text.as_bytes();
        let mut group = criterion.benchmark_group(format!("read UTF-8, {name}"));
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        assert_eq!(read_std(BufReader::new(bytes)), read_berkeley(bytes, Encoding::UTF_8, Newline::Lf));
        group.bench_function("std", |bencher| bencher.iter(|| read_std(BufReader::new(bytes))));
        group.bench_function("encoding_rs_io", |bencher| {
            bencher.iter(|| {
                let mut builder = DecodeReaderBytesBuilder::new();
                read_std(BufReader::new(builder.encoding(Some(encoding_rs::UTF_8)).build(bytes)))
            });
        });
        group.bench_function("berkeley", |bencher| {
            bencher.iter(|| read_berkeley(bytes, Encoding::UTF_8, Newline::Lf));
        });
        group.bench_function("berkeley, any newline", |bencher| {
            bencher.iter(|| read_berkeley(bytes, Encoding::UTF_8, Newline::Any));
        });
        group.finish();
    }
}

fn others(criterion: &mut Criterion) {
    for (name, length, rarity) in KINDS {
        let text = lines(length, rarity);
        let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (encoding, peer, bytes) in [
            (Encoding::LATIN_1, encoding_rs::WINDOWS_1252, &latin),
            (Encoding::UTF_16LE, encoding_rs::UTF_16LE, &wide),
        ] {
            let mut group = criterion.benchmark_group(format!("read {encoding}, {name}"));
            group.throughput(Throughput::Bytes(bytes.len() as u64));
            group.bench_function("encoding_rs_io", |bencher| {
                bencher.iter(|| {
                    let mut builder = DecodeReaderBytesBuilder::new();
                    read_std(BufReader::new(builder.encoding(Some(peer)).build(bytes.as_slice())))
                });
            });
            group.bench_function("berkeley", |bencher| {
                bencher.iter(|| read_berkeley(bytes, encoding, Newline::Lf));
            });
            group.finish();
        }
    }
}

fn write(criterion: &mut Criterion) {
    for (name, length, rarity) in KINDS {
        let text = lines(length, rarity);
        let lines: Vec<_> = text.lines().collect();
        let mut group = criterion.benchmark_group(format!("write UTF-8, {name}"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("std", |bencher| {
            bencher.iter(|| {
                let mut output = BufWriter::new(sink());
                for line in &lines {
                    output.write_all(black_box(line).as_bytes()).unwrap();
                    output.write_all(b"\n").unwrap();
                }
                output.flush().unwrap();
            });
        });
        group.bench_function("berkeley", |bencher| {
            bencher.iter(|| {
                let mut output = TextStream::new(sink());
                for line in &lines {
                    output.write_line(black_box(line)).unwrap();
                }
                output.flush().unwrap();
            });
        });
        group.finish();
    }
}

criterion_group!(benches, utf8, others, write);
criterion_main!(benches);
