//! Datagrams over the loopback, beside the standard library, quinn-udp and the calls themselves in C, in one run.
//!
//! A round is a batch of 52 datagrams that one thread sends and then receives: what is measured is the cost of both, with no
//! wake-ups and no losses; where `taskset` is there, on one processor. All contenders take turns of some milliseconds; a ratio is taken within each turn, and the median
//! of the turns is shown. `cargo bench --bench datagram -- --counts` counts system calls, which repeat to the digit, and
//! fails if this library makes more than it promises.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss, missing_docs)]

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{BufRead, BufReader, IoSlice, IoSliceMut, Write};
    use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
    use std::path::PathBuf;
    use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
    use std::time::Instant;

    use berkeley::batch::{Path, Receiver, Sender};
    use berkeley::message::Message;
    use quinn_udp::{RecvMeta, Transmit, UdpSocketState};

    const BATCH: usize = 52;
    const LARGEST: usize = 1 << 16;
    const TURNS: usize = 120;

    /// What each way may cost in system calls a datagram, sent and received.
    const PROMISED: [(&str, f64); 4] =
        [("one by one", 2.0), ("many", 0.04), ("put together", 0.04), ("segments", 0.04)];

    type Round = Box<dyn FnMut()>;
    type Contender = (&'static str, fn(usize) -> Round);

    fn pair() -> (UdpSocket, UdpSocket, SocketAddr) {
        let receiver = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let there = receiver.local_addr().unwrap();
        (UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap(), receiver, there)
    }

    fn ours() -> (berkeley::UdpSocket, berkeley::UdpSocket) {
        let (sender, receiver, there) = pair();
        sender.connect(there).unwrap();
        (sender.try_into().unwrap(), receiver.try_into().unwrap())
    }

    fn std(size: usize) -> Round {
        let ((sender, receiver, there), data) = (pair(), vec![7; BATCH * size]);
        let mut room = vec![0; LARGEST];
        Box::new(move || {
            for piece in data.chunks(size) {
                assert_eq!(sender.send_to(piece, there).unwrap(), size);
            }
            for _ in 0..BATCH {
                assert_eq!(receiver.recv_from(&mut room).unwrap().0, size);
            }
        })
    }

    fn one_by_one(size: usize) -> Round {
        let ((sender, receiver), data) = (ours(), vec![7; BATCH * size]);
        let mut room = vec![0; LARGEST];
        Box::new(move || {
            for piece in data.chunks(size) {
                assert_eq!(sender.send(piece).unwrap(), size);
            }
            for _ in 0..BATCH {
                assert_eq!(receiver.recv_from(&mut room[..]).unwrap().0.len(), size);
            }
        })
    }

    fn receive(socket: &berkeley::UdpSocket, receiver: &mut Receiver, size: usize) {
        let mut left = BATCH;
        while left > 0 {
            left -= socket.recv_batch(receiver).unwrap();
            assert!(receiver.datagrams().all(|datagram| datagram.data().len() == size));
        }
    }

    /// Each datagram for itself, as unrelated ones are, by one call for all.
    fn many(size: usize) -> Round {
        let ((sender, receiver), data) = (ours(), vec![7; BATCH * size]);
        let (mut out, mut incoming) = (Sender::by(Path::Many), Receiver::new(BATCH, 2048));
        Box::new(move || {
            let slices: [_; BATCH] =
                std::array::from_fn(|number| [IoSlice::new(&data[number * size..][..size])]);
            let messages = slices.each_ref().map(|slices| Message::new(slices));
            assert_eq!(sender.send_batch(&mut out, &messages).unwrap(), BATCH);
            receive(&receiver, &mut incoming, size);
        })
    }

    /// The same datagrams, which the library puts together.
    fn put_together(size: usize) -> Round {
        let ((sender, receiver), data) = (ours(), vec![7; BATCH * size]);
        let (mut out, mut incoming) = (Sender::new(), Receiver::coalescing(&receiver, 1));
        Box::new(move || {
            let slices: [_; BATCH] =
                std::array::from_fn(|number| [IoSlice::new(&data[number * size..][..size])]);
            let messages = slices.each_ref().map(|slices| Message::new(slices));
            assert_eq!(sender.send_batch(&mut out, &messages).unwrap(), BATCH);
            receive(&receiver, &mut incoming, size);
        })
    }

    fn segments(size: usize) -> Round {
        let ((sender, receiver), data) = (ours(), vec![7; BATCH * size]);
        let (mut out, mut incoming) = (Sender::new(), Receiver::coalescing(&receiver, 1));
        Box::new(move || {
            assert_eq!(sender.send_segments(&mut out, &data, size, None).unwrap(), data.len());
            receive(&receiver, &mut incoming, size);
        })
    }

    fn quinn(size: usize, segment: Option<usize>) -> Round {
        let ((sender, receiver, destination), data) = (pair(), vec![7; BATCH * size]);
        let here = UdpSocketState::new((&sender).into()).unwrap();
        let there = UdpSocketState::new((&receiver).into()).unwrap();
        // It makes the sockets non-blocking; what it is to receive is there.
        let mut room = vec![0; LARGEST];
        Box::new(move || {
            for contents in data.chunks(if segment.is_some() { data.len() } else { size }) {
                let transmit =
                    Transmit { destination, ecn: None, contents, segment_size: segment, src_ip: None };
                here.try_send((&sender).into(), &transmit).unwrap();
            }
            let mut left = data.len();
            while left > 0 {
                let mut meta = [RecvMeta::default()];
                let mut slices = [IoSliceMut::new(&mut room)];
                let count = there.recv((&receiver).into(), &mut slices, &mut meta).unwrap();
                left -= meta[..count].iter().map(|each| each.len).sum::<usize>();
            }
        })
    }

    const CONTENDERS: [Contender; 7] = [
        ("std", std),
        ("one by one", one_by_one),
        ("many", many),
        ("quinn-udp", |size| quinn(size, None)),
        ("put together", put_together),
        ("segments", segments),
        ("quinn-udp's segments", |size| quinn(size, Some(size))),
    ];

    /// The calls in C, in the same order of what they are the floor of.
    const FLOORS: [(&str, &str); 3] =
        [("C one by one", "one"), ("C many", "many"), ("C segments", "segments")];

    fn find(program: &str) -> Option<PathBuf> {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file())
    }

    fn floor() -> Option<PathBuf> {
        let program = std::env::temp_dir().join(format!("berkeley-datagram-{}", std::process::id()));
        if !program.exists() {
            let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/datagram.c");
            let built = Command::new(find("cc")?).args(["-O2", "-o"]).arg(&program).arg(source).status();
            built.is_ok_and(|status| status.success()).then_some(())?;
        }
        Some(program)
    }

    /// A process that does rounds when it is told to.
    struct Floor {
        child: Child,
        orders: ChildStdin,
        answers: BufReader<ChildStdout>,
    }

    impl Floor {
        fn start(way: &str, size: usize) -> Option<Self> {
            let mut command = Command::new(floor()?);
            command.args([way, &size.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = command.spawn().ok()?;
            let (orders, answers) = (child.stdin.take()?, BufReader::new(child.stdout.take()?));
            Some(Self { child, orders, answers })
        }

        fn rounds(&mut self, count: usize) -> u64 {
            writeln!(self.orders, "{count}").unwrap();
            let mut answer = String::new();
            self.answers.read_line(&mut answer).unwrap();
            answer.trim().parse().unwrap()
        }

        fn end(self) {
            let Self { mut child, orders, .. } = self;
            drop(orders);
            child.wait().unwrap();
        }
    }

    fn median(mut values: Vec<f64>) -> f64 {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }

    fn times(size: usize, turns: usize) {
        let mut contenders = CONTENDERS.map(|(name, make)| (name, make(size)));
        let mut floors: Vec<_> =
            FLOORS.iter().filter_map(|(name, way)| Some((*name, Floor::start(way, size)?))).collect();
        let names: Vec<&str> =
            contenders.iter().map(|each| each.0).chain(floors.iter().map(|each| each.0)).collect();
        let mut all: Vec<Vec<f64>> = Vec::new();
        for _ in 0..turns {
            // Long enough to be measured, and short enough that the machine is the same for all of them.
            let rounds = 20;
            let mut turn: Vec<f64> = Vec::new();
            for (_, round) in &mut contenders {
                let start = Instant::now();
                (0..rounds).for_each(|_| round());
                turn.push(start.elapsed().as_nanos() as f64);
            }
            turn.extend(floors.iter_mut().map(|floor| floor.1.rounds(rounds) as f64));
            all.push(turn.iter().map(|time| time / (rounds * BATCH) as f64).collect());
        }
        report(size, &names, &all[turns / 10..]);
        for (_, floor) in floors {
            floor.end();
        }
    }

    fn report(size: usize, names: &[&str], turns: &[Vec<f64>]) {
        println!("\n{BATCH} datagrams of {size} B, sent and received by one thread; each");
        println!("{:>21}  {:>7}  {:>9}  {:>9}  {:>8}", "", "ns", "of std's", "of C's", "MiB/s");
        let floor = |name: &str| names.iter().position(|each| *each == name);
        for (contender, name) in names.iter().enumerate() {
            let ratio = |to: Option<usize>| {
                to.map(|to| median(turns.iter().map(|turn| turn[contender] / turn[to]).collect()))
                    .map_or("-".to_owned(), |ratio| format!("{ratio:.3}"))
            };
            let time = median(turns.iter().map(|turn| turn[contender]).collect());
            let like = match *name {
                "put together" | "segments" | "quinn-udp's segments" | "C segments" => "C segments",
                "many" | "C many" => "C many",
                _ => "C one by one",
            };
            let rate = size as f64 / time * 1e9 / f64::from(1 << 20);
            println!(
                "{name:>21}  {time:>7.0}  {:>9}  {:>9}  {rate:>8.0}",
                ratio(Some(0)),
                ratio(floor(like))
            );
        }
    }

    /// Runs rounds of one contender, for what watches the process.
    fn rounds(contender: &str, count: usize) {
        let make = CONTENDERS.iter().find(|each| each.0 == contender).expect("a contender").1;
        let mut round = make(1200);
        (0..count).for_each(|_| round());
    }

    fn system_calls(contender: &str, count: usize) -> Option<f64> {
        let mut command = Command::new(find("strace")?);
        command.args(["-f", "-c", "-U", "calls,name"]).arg(std::env::current_exe().unwrap());
        let output = command.args(["rounds", contender, &count.to_string()]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let total = said.lines().find(|line| line.trim_end().ends_with("total"))?;
        total.split_whitespace().next()?.parse().ok()
    }

    /// The difference of two runs, so that the start does not count.
    fn counts() {
        println!("{:>21}  system calls a datagram, sent and received", "");
        let mut broken: Vec<&(&str, f64)> = Vec::new();
        for (name, _) in CONTENDERS {
            let calls = system_calls(name, 300)
                .zip(system_calls(name, 100))
                .map(|(many, few)| (many - few) / (200 * BATCH) as f64);
            println!("{name:>21}  {}", calls.map_or("not counted".to_owned(), |calls| format!("{calls:.3}")));
            let promised = PROMISED.iter().find(|each| each.0 == name);
            broken.extend(promised.filter(|each| calls.is_some_and(|calls| calls > each.1 + 0.005)));
        }
        assert!(broken.is_empty(), "more than promised: {broken:?}");
    }

    /// Starts this program again on one processor, where that can be done; returns whether it runs there already.
    fn on_one_processor(words: &[String]) -> bool {
        if std::env::var_os("BERKELEY_PINNED").is_some() || find("taskset").is_none() {
            return true;
        }
        let last = std::thread::available_parallelism().map_or(0, |count| count.get() - 1);
        let mut command = Command::new("taskset");
        command.args(["-c", &last.to_string()]).arg(std::env::current_exe().unwrap()).args(words);
        !command.env("BERKELEY_PINNED", "1").status().is_ok_and(|status| status.success())
    }

    pub fn main() {
        let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
        match &words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["rounds", contender, count] => rounds(contender, count.parse().unwrap()),
            ["--counts"] => counts(),
            _ if !on_one_processor(&words) => {}
            words => {
                let turns = if words.contains(&"--quick") { TURNS / 4 } else { TURNS };
                for size in [1200, 64] {
                    times(size, turns);
                }
                if let Some(program) = floor() {
                    let _ = std::fs::remove_file(program);
                }
            }
        }
    }
}

fn main() {
    #[cfg(target_os = "linux")]
    linux::main();
}
