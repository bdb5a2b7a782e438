//! A name server that does what a name says: answers, lies, truncates, is silent.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

use berkeley::dns::hickory_proto::op::{Message, MessageType, OpCode, ResponseCode};
use berkeley::dns::hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, PTR, SRV, TXT};
use berkeley::dns::{Name, RData, Record, RecordType};

/// A server in two threads, which ends with the value.
pub struct NameServer {
    pub address: SocketAddr,
    /// How many questions have come, by datagram and by stream.
    pub datagrams: Arc<AtomicUsize>,
    pub streams: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl NameServer {
    pub fn start() -> Self {
        let (listener, socket) = bind();
        let address = listener.local_addr().unwrap();
        let [datagrams, streams] = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
        let stop = Arc::new(AtomicBool::new(false));
        let (count, end) = (Arc::clone(&datagrams), Arc::clone(&stop));
        let by_datagram = thread::spawn(move || serve_datagrams(&socket, &count, &end));
        let (count, end) = (Arc::clone(&streams), Arc::clone(&stop));
        let by_stream = thread::spawn(move || serve_streams(&listener, &count, &end));
        Self { address, datagrams, streams, stop, threads: vec![by_datagram, by_stream] }
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Each thread looks when something comes.
        let _ = UdpSocket::bind("127.0.0.1:0").unwrap().send_to(&[], self.address);
        let _ = TcpStream::connect(self.address);
        self.threads.drain(..).for_each(|thread| thread.join().unwrap());
    }
}

/// Binds both to one port, which may take more than one try.
fn bind() -> (TcpListener, UdpSocket) {
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        if let Ok(socket) = UdpSocket::bind(listener.local_addr().unwrap()) {
            return (listener, socket);
        }
    }
}

fn serve_datagrams(socket: &UdpSocket, count: &AtomicUsize, stop: &AtomicBool) {
    let mut buffer = [0; 4096];
    loop {
        let (length, from) = socket.recv_from(&mut buffer).unwrap();
        if stop.load(Ordering::SeqCst) {
            return;
        }
        count.fetch_add(1, Ordering::SeqCst);
        for answer in answers(&buffer[..length], true) {
            socket.send_to(&answer, from).unwrap();
        }
    }
}

fn serve_streams(listener: &TcpListener, count: &AtomicUsize, stop: &AtomicBool) {
    loop {
        let (mut stream, _) = listener.accept().unwrap();
        if stop.load(Ordering::SeqCst) {
            return;
        }
        count.fetch_add(1, Ordering::SeqCst);
        let mut length = [0; 2];
        if stream.read_exact(&mut length).is_err() {
            continue;
        }
        let mut question = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut question).unwrap();
        for answer in answers(&question, false) {
            let mut whole = (answer.len() as u16).to_be_bytes().to_vec();
            whole.extend_from_slice(&answer);
            // In pieces, the length too.
            for piece in [&whole[..1], &whole[1..3], &whole[3..]] {
                stream.write_all(piece).unwrap();
                stream.flush().unwrap();
            }
        }
    }
}

fn records(name: &Name, kind: RecordType) -> Vec<RData> {
    match kind {
        RecordType::A => vec![RData::A(A::new(192, 0, 2, 1)), RData::A(A::new(192, 0, 2, 2))],
        RecordType::AAAA => vec![RData::AAAA(AAAA::from_str("2001:db8::1").unwrap())],
        RecordType::MX => vec![RData::MX(MX::new(10, Name::from_str("mail.test.").unwrap()))],
        RecordType::TXT => vec![RData::TXT(TXT::new(vec!["x".repeat(200); 20]))],
        RecordType::SRV => vec![RData::SRV(SRV::new(1, 2, 5060, name.clone()))],
        RecordType::PTR => vec![RData::PTR(PTR(Name::from_str(&format!("name-of.{name}")).unwrap()))],
        _ => Vec::new(),
    }
}

/// Several servers of one service, in an order that is not the one in which to try them.
fn many(kind: RecordType) -> Vec<RData> {
    let host = |number: u16| Name::from_str(&format!("host-{number}.test.")).unwrap();
    match kind {
        RecordType::SRV => [(20, 0, 4), (10, 40, 3), (10, 60, 2), (1, 0, 1)]
            .map(|(priority, weight, port)| RData::SRV(SRV::new(priority, weight, port, host(port))))
            .into(),
        _ => [20, 10, 5, 10].map(|preference| RData::MX(MX::new(preference, host(preference)))).into(),
    }
}

/// What says that there is no such service, and that no mail is taken.
fn none(kind: RecordType) -> RData {
    match kind {
        RecordType::SRV => RData::SRV(SRV::new(0, 0, 0, Name::root())),
        _ => RData::MX(MX::new(0, Name::root())),
    }
}

/// Returns what is sent for a question: what the first label of its name says.
fn answers(question: &[u8], is_datagram: bool) -> Vec<Vec<u8>> {
    let Ok(asked) = Message::from_vec(question) else { return Vec::new() };
    let query = asked.queries[0].clone();
    let name = query.name().clone();
    let mut answer = Message::new(asked.metadata.id, MessageType::Response, OpCode::Query);
    answer.add_query(query.clone());
    let label = name.to_lowercase().to_ascii().split('.').next().unwrap().to_owned();
    let fill = |answer: &mut Message| {
        for data in records(&name, query.query_type()) {
            answer.add_answer(Record::from_rdata(name.clone(), 60, data));
        }
    };
    match label.as_str() {
        "nodata" => {}
        "nosuch" => answer.metadata.response_code = ResponseCode::NXDomain,
        "servfail" => answer.metadata.response_code = ResponseCode::ServFail,
        "refused" => answer.metadata.response_code = ResponseCode::Refused,
        "old" if asked.edns.is_some() => answer.metadata.response_code = ResponseCode::FormErr,
        "long" | "closed" if is_datagram => answer.metadata.truncation = true,
        "closed" | "silent" => return Vec::new(),
        "alias" => {
            let target = Name::from_str("target.test.").unwrap();
            answer.add_answer(Record::from_rdata(name.clone(), 60, RData::CNAME(CNAME(target.clone()))));
            answer.add_answer(Record::from_rdata(target, 30, RData::A(A::new(192, 0, 2, 9))));
        }
        "circle" => {
            let other = Name::from_str("other.test.").unwrap();
            answer.add_answer(Record::from_rdata(name.clone(), 60, RData::CNAME(CNAME(other.clone()))));
            answer.add_answer(Record::from_rdata(other, 60, RData::CNAME(CNAME(name.clone()))));
        }
        "many" => many(query.query_type())
            .into_iter()
            .for_each(|data| _ = answer.add_answer(Record::from_rdata(name.clone(), 60, data))),
        "none" => {
            answer.add_answer(Record::from_rdata(name.clone(), 60, none(query.query_type())));
        }
        "liar" => {
            fill(&mut answer);
            return lies(&answer);
        }
        _ => fill(&mut answer),
    }
    vec![answer.to_vec().unwrap()]
}

/// Messages that answer another question, before the one that answers this.
fn lies(truth: &Message) -> Vec<Vec<u8>> {
    let lie = |change: fn(&mut Message)| {
        let mut lie = truth.clone();
        lie.answers.iter_mut().for_each(|record| record.data = RData::A(A::new(203, 0, 113, 66)));
        change(&mut lie);
        lie.to_vec().unwrap()
    };
    vec![
        lie(|lie| lie.metadata.id = lie.metadata.id.wrapping_add(1)),
        lie(|lie| _ = lie.queries[0].set_name(Name::from_str("other.test.").unwrap())),
        lie(|lie| _ = lie.queries[0].set_query_type(RecordType::MX)),
        lie(|lie| lie.metadata.message_type = MessageType::Query),
        lie(|lie| lie.queries.clear()),
        truth.to_vec().unwrap()[..2].to_vec(),
        truth.to_vec().unwrap()[..20].to_vec(),
        Vec::new(),
        vec![0xff; 600],
        truth.to_vec().unwrap(),
    ]
}
