//! The order among several servers of one service: RFC 2782.

use std::cmp::Reverse;

/// Puts servers in the order in which to try them: by priority, the lowest first, and among equal ones by weight at random.
///
/// `of` tells the priority and the weight of a server, `random` gives numbers that are.
pub(super) fn in_order<T>(
    servers: impl IntoIterator<Item = T>,
    of: impl Fn(&T) -> (u16, u16),
    mut random: impl FnMut() -> u64,
) -> Vec<T> {
    let mut left: Vec<T> = servers.into_iter().collect();
    // From the end, where taking one is cheap; within a priority those without weight are looked at first, and equal ones
    // in the order in which they were given.
    left.reverse();
    left.sort_by_key(|server| Reverse(of(server)));
    let mut order = Vec::with_capacity(left.len());
    while let Some(last) = left.last() {
        let (priority, _) = of(last);
        let from = left.partition_point(|server| of(server).0 > priority);
        let weight = |server: &T| u64::from(of(server).1);
        let total: u64 = left[from..].iter().map(weight).sum();
        // As the RFC has it, both ends included: so one without weight has a small chance, too.
        let mut number = random() % (total + 1);
        let place = left[from..].iter().rposition(|server| match number.checked_sub(weight(server)) {
            None | Some(0) => true,
            Some(rest) => {
                number = rest;
                false
            }
        });
        order.push(left.remove(from + place.unwrap_or(0)));
    }
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dns::random::Random;

    type Server = (u16, u16, usize);

    fn of(server: &Server) -> (u16, u16) {
        (server.0, server.1)
    }

    /// How often each of the servers is first in so many orders.
    fn firsts(servers: &[Server], times: usize) -> Vec<usize> {
        let mut random = Random::new();
        let mut firsts = vec![0; servers.len()];
        for _ in 0..times {
            firsts[in_order(servers.iter().copied(), of, || random.next())[0].2] += 1;
        }
        firsts
    }

    proptest! {
        #[test]
        fn every_server_is_there_once_and_the_lower_priority_first(
            weights in proptest::collection::vec((0_u16..4, any::<u16>()), 0..20),
            seed in any::<u64>(),
        ) {
            let servers: Vec<Server> =
                weights.iter().enumerate().map(|(number, (priority, weight))| (*priority, *weight, number)).collect();
            let mut number = seed;
            let order = in_order(servers.iter().copied(), of, || {
                number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                number >> 20
            });
            prop_assert!(order.is_sorted_by_key(|server| server.0));
            let mut same = order;
            same.sort_by_key(|server| server.2);
            prop_assert_eq!(same, servers);
        }

        /// The number that is drawn decides by the running sum, as the RFC says it in words.
        #[test]
        fn the_first_is_the_one_whose_running_sum_reaches_the_number(
            weights in proptest::collection::vec(0_u16..100, 1..10),
            drawn in any::<u64>(),
        ) {
            let servers: Vec<Server> =
                weights.iter().enumerate().map(|(number, weight)| (7, *weight, number)).collect();
            let first = in_order(servers.iter().copied(), of, || drawn)[0];
            let mut listed = servers.clone();
            listed.sort_by_key(|server| server.1);
            let total: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
            let mut sum = 0;
            let expected = listed.iter().find(|server| {
                sum += u64::from(server.1);
                sum >= drawn % (total + 1)
            });
            prop_assert_eq!(Some(first.1), expected.map(|server| server.1));
        }
    }

    #[test]
    fn each_is_first_as_often_as_its_weight_says() {
        let servers = [(1, 60, 0), (1, 30, 1), (1, 10, 2), (1, 0, 3), (2, 1000, 4)];
        let firsts = firsts(&servers, 100_000);
        // One in 101 draws is zero, and that is the one without weight; ten standard deviations leave no chance.
        let expected = [60, 30, 10, 1, 0].map(|share: usize| share * 100_000 / 101);
        for (got, expected) in firsts.iter().zip(expected) {
            assert!(got.abs_diff(expected) <= 10 * expected.isqrt(), "{firsts:?}");
        }
    }

    #[test]
    fn of_equal_weights_each_is_first_now_and_then() {
        let firsts = firsts(&[(5, u16::MAX, 0), (5, u16::MAX, 1), (5, u16::MAX, 2)], 3000);
        assert!(firsts.iter().all(|count| *count > 700), "{firsts:?}");
        assert!(in_order([] as [Server; 0], of, || 0).is_empty());
    }
}
