//! Who looks names up.

use std::ffi::CString;
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, ToSocketAddrs};
use std::ptr::null_mut;

use berkeley::dns::{Client, Config, RecordType};
use berkeley::name::{Families, Query, Resolver};
use berkeley::{Lookup, SECOND};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::ResolverOpts;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// How many names there are at once.
pub const MANY: usize = 64;

/// What every name is the name of.
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// Looks the names up once, each.
pub type LookUp = Box<dyn FnMut(&[String])>;

/// Who looks up: a name, what makes it, and how many system calls a name may cost, if it is this library.
pub type Contender = (&'static str, fn() -> LookUp, Option<f64>);

/// One name at a time; the first one is what the others are measured against.
pub const ONE: &[Contender] = &[
    ("berkeley dns", client, Some(4.0)),
    ("berkeley Query", || each(|name| queried(name).ask().unwrap().ips().next()), None),
    ("getaddrinfo", || each(|name| Some(getaddrinfo(name))), None),
    ("std (both families)", || each(std), None),
    ("dns-lookup (both)", || each(|name| dns_lookup::lookup_host(name).unwrap().next()), None),
    ("hickory-resolver", hickory, None),
];

/// All names at once, where that can be had: others have one after the other, or threads.
pub const ALL: &[Contender] = &[
    ("berkeley dns", client, Some(2.1)),
    ("berkeley Resolver", resolver, None),
    ("getaddrinfo", || each(|name| Some(getaddrinfo(name))), None),
    ("std (both families)", || each(std), None),
    ("dns-lookup (both)", || each(|name| dns_lookup::lookup_host(name).unwrap().next()), None),
    ("hickory-resolver", hickory, None),
];

fn each(look_up: fn(&str) -> Option<IpAddr>) -> LookUp {
    Box::new(move |names| names.iter().for_each(|name| check(look_up(name))))
}

fn check(found: Option<IpAddr>) {
    assert_eq!(black_box(found), Some(ADDRESS));
}

fn client() -> LookUp {
    let mut client = Client::new(Config::system().unwrap()).unwrap();
    Box::new(move |names| {
        let questions = names.iter().map(|name| (name.as_str(), RecordType::A));
        for answer in client.query_all(questions, SECOND * 10) {
            check(answer.unwrap().addresses().next());
        }
    })
}

fn queried(name: &str) -> Query {
    Query::name(name).families(Families::V4)
}

fn resolver() -> LookUp {
    let resolver = Resolver::new();
    Box::new(move |names| {
        let lookups: Vec<Lookup> = names.iter().map(|name| resolver.start(&queried(name)).unwrap()).collect();
        for lookup in &lookups {
            check(lookup.wait(SECOND * 10).unwrap().ips().next());
        }
    })
}

fn std(name: &str) -> Option<IpAddr> {
    (name, 0).to_socket_addrs().unwrap().next().map(|address| address.ip())
}

/// Of IPv4 alone, which is one question to the server.
#[allow(unsafe_code)]
fn getaddrinfo(name: &str) -> IpAddr {
    let name = CString::new(name).unwrap();
    // SAFETY: a structure of numbers and pointers may be all zeros.
    let mut hints: libc::addrinfo = unsafe { std::mem::zeroed() };
    (hints.ai_family, hints.ai_socktype) = (libc::AF_INET, libc::SOCK_STREAM);
    let mut list = null_mut();
    // SAFETY: the name ends with NUL, the hints are readable, the place of the list is writable.
    let error =
        unsafe { libc::getaddrinfo(name.as_ptr(), std::ptr::null(), &raw const hints, &raw mut list) };
    assert_eq!(error, 0);
    // SAFETY: without an error there is an entry.
    let entry = unsafe { &*list };
    // SAFETY: its address is one of IPv4, as was asked, wherever it lies.
    let address = unsafe { entry.ai_addr.cast::<[[u8; 4]; 4]>().read() }[1];
    // SAFETY: the system made the list.
    unsafe { libc::freeaddrinfo(list) };
    IpAddr::V4(Ipv4Addr::from(address))
}

/// Without its cache, which would be measured else.
fn hickory() -> LookUp {
    let runtime: Runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut builder = TokioResolver::builder_tokio().unwrap();
    let options: &mut ResolverOpts = builder.options_mut();
    options.cache_size = 0;
    let resolver = builder.build().unwrap();
    Box::new(move |names| {
        runtime.block_on(async {
            let mut lookups = JoinSet::new();
            for name in names {
                let (resolver, name) = (resolver.clone(), name.clone());
                lookups.spawn(async move { resolver.ipv4_lookup(name).await });
            }
            while let Some(found) = lookups.join_next().await {
                let found = found.unwrap().unwrap();
                let address = found.answers().iter().find_map(|record| match &record.data {
                    hickory_resolver::proto::rr::RData::A(address) => Some(IpAddr::V4(address.0)),
                    _ => None,
                });
                check(address);
            }
        });
    })
}
