//! The numbers that errors have on other systems.

/// The systems of the columns.
pub const SYSTEMS: [&str; 7] = ["linux", "freebsd", "macos", "netbsd", "openbsd", "illumos", "windows"];

/// Returns the numbers of an error by its name: those of [`SYSTEMS`], 0 where it is not known.
pub fn numbers(name: &str) -> Option<&'static [u16; 7]> {
    NUMBERS.iter().find(|row| row.0 == name).map(|row| &row.1)
}

/// The numbers of the headers of each system. Linux's are those of most processors, and not of MIPS, SPARC, Alpha and
/// PA-RISC, which took theirs from the systems that they ran before. Windows' are Winsock's.
const NUMBERS: &[(&str, [u16; 7])] = &[
    ("E2BIG", [7, 7, 7, 7, 7, 7, 0]),
    ("EACCES", [13, 13, 13, 13, 13, 13, 10013]),
    ("EADDRINUSE", [98, 48, 48, 48, 48, 125, 10048]),
    ("EADDRNOTAVAIL", [99, 49, 49, 49, 49, 126, 10049]),
    ("EADV", [68, 0, 0, 0, 0, 68, 0]),
    ("EAFNOSUPPORT", [97, 47, 47, 47, 47, 124, 10047]),
    ("EAGAIN", [11, 35, 35, 35, 35, 11, 10035]),
    ("EALREADY", [114, 37, 37, 37, 37, 149, 10037]),
    ("EBADE", [52, 0, 0, 0, 0, 50, 0]),
    ("EBADF", [9, 9, 9, 9, 9, 9, 10009]),
    ("EBADFD", [77, 0, 0, 0, 0, 81, 0]),
    ("EBADMSG", [74, 89, 94, 88, 92, 77, 0]),
    ("EBADR", [53, 0, 0, 0, 0, 51, 0]),
    ("EBADRQC", [56, 0, 0, 0, 0, 54, 0]),
    ("EBADSLT", [57, 0, 0, 0, 0, 55, 0]),
    ("EBFONT", [59, 0, 0, 0, 0, 57, 0]),
    ("EBUSY", [16, 16, 16, 16, 16, 16, 0]),
    ("ECANCELED", [125, 85, 89, 87, 88, 47, 10103]),
    ("ECHILD", [10, 10, 10, 10, 10, 10, 0]),
    ("ECHRNG", [44, 0, 0, 0, 0, 37, 0]),
    ("ECOMM", [70, 0, 0, 0, 0, 70, 0]),
    ("ECONNABORTED", [103, 53, 53, 53, 53, 130, 10053]),
    ("ECONNREFUSED", [111, 61, 61, 61, 61, 146, 10061]),
    ("ECONNRESET", [104, 54, 54, 54, 54, 131, 10054]),
    ("EDESTADDRREQ", [89, 39, 39, 39, 39, 96, 10039]),
    ("EDISCON", [0, 0, 0, 0, 0, 0, 10101]),
    ("EDOM", [33, 33, 33, 33, 33, 33, 0]),
    ("EDQUOT", [122, 69, 69, 69, 69, 49, 10069]),
    ("EEXIST", [17, 17, 17, 17, 17, 17, 0]),
    ("EFAULT", [14, 14, 14, 14, 14, 14, 10014]),
    ("EFBIG", [27, 27, 27, 27, 27, 27, 0]),
    ("EHOSTDOWN", [112, 64, 64, 64, 64, 147, 10064]),
    ("EHOSTUNREACH", [113, 65, 65, 65, 65, 148, 10065]),
    ("EIDRM", [43, 82, 90, 82, 89, 36, 0]),
    ("EILSEQ", [84, 86, 92, 85, 84, 88, 0]),
    ("EINPROGRESS", [115, 36, 36, 36, 36, 150, 10036]),
    ("EINTR", [4, 4, 4, 4, 4, 4, 10004]),
    ("EINVAL", [22, 22, 22, 22, 22, 22, 10022]),
    ("EINVALIDPROCTABLE", [0, 0, 0, 0, 0, 0, 10104]),
    ("EINVALIDPROVIDER", [0, 0, 0, 0, 0, 0, 10105]),
    ("EIO", [5, 5, 5, 5, 5, 5, 0]),
    ("EISCONN", [106, 56, 56, 56, 56, 133, 10056]),
    ("EISDIR", [21, 21, 21, 21, 21, 21, 0]),
    ("EL2HLT", [51, 0, 0, 0, 0, 44, 0]),
    ("EL2NSYNC", [45, 0, 0, 0, 0, 38, 0]),
    ("EL3HLT", [46, 0, 0, 0, 0, 39, 0]),
    ("EL3RST", [47, 0, 0, 0, 0, 40, 0]),
    ("ELIBACC", [79, 0, 0, 0, 0, 83, 0]),
    ("ELIBBAD", [80, 0, 0, 0, 0, 84, 0]),
    ("ELIBEXEC", [83, 0, 0, 0, 0, 87, 0]),
    ("ELIBMAX", [82, 0, 0, 0, 0, 86, 0]),
    ("ELIBSCN", [81, 0, 0, 0, 0, 85, 0]),
    ("ELNRNG", [48, 0, 0, 0, 0, 41, 0]),
    ("ELOOP", [40, 62, 62, 62, 62, 90, 10062]),
    ("EMEDIUMTYPE", [124, 0, 0, 0, 86, 0, 0]),
    ("EMFILE", [24, 24, 24, 24, 24, 24, 10024]),
    ("EMLINK", [31, 31, 31, 31, 31, 31, 0]),
    ("EMSGSIZE", [90, 40, 40, 40, 40, 97, 10040]),
    ("EMULTIHOP", [72, 90, 95, 94, 0, 74, 0]),
    ("ENAMETOOLONG", [36, 63, 63, 63, 63, 78, 10063]),
    ("ENETDOWN", [100, 50, 50, 50, 50, 127, 10050]),
    ("ENETRESET", [102, 52, 52, 52, 52, 129, 10052]),
    ("ENETUNREACH", [101, 51, 51, 51, 51, 128, 10051]),
    ("ENFILE", [23, 23, 23, 23, 23, 23, 0]),
    ("ENOANO", [55, 0, 0, 0, 0, 53, 0]),
    ("ENOBUFS", [105, 55, 55, 55, 55, 132, 10055]),
    ("ENOCSI", [50, 0, 0, 0, 0, 43, 0]),
    ("ENODATA", [61, 0, 96, 89, 0, 61, 0]),
    ("ENODEV", [19, 19, 19, 19, 19, 19, 0]),
    ("ENOENT", [2, 2, 2, 2, 2, 2, 0]),
    ("ENOEXEC", [8, 8, 8, 8, 8, 8, 0]),
    ("ENOLCK", [37, 77, 77, 77, 77, 46, 0]),
    ("ENOLINK", [67, 91, 97, 95, 0, 67, 0]),
    ("ENOMEDIUM", [123, 0, 0, 0, 85, 0, 0]),
    ("ENOMEM", [12, 12, 12, 12, 12, 12, 0]),
    ("ENOMORE", [0, 0, 0, 0, 0, 0, 10102]),
    ("ENOMSG", [42, 83, 91, 83, 90, 35, 0]),
    ("ENONET", [64, 0, 0, 0, 0, 64, 0]),
    ("ENOPKG", [65, 0, 0, 0, 0, 65, 0]),
    ("ENOPROTOOPT", [92, 42, 42, 42, 42, 99, 10042]),
    ("ENOSPC", [28, 28, 28, 28, 28, 28, 0]),
    ("ENOSR", [63, 0, 98, 90, 0, 63, 0]),
    ("ENOSTR", [60, 0, 99, 91, 0, 60, 0]),
    ("ENOSYS", [38, 78, 78, 78, 78, 89, 0]),
    ("ENOTBLK", [15, 15, 15, 15, 15, 15, 0]),
    ("ENOTCONN", [107, 57, 57, 57, 57, 134, 10057]),
    ("ENOTDIR", [20, 20, 20, 20, 20, 20, 0]),
    ("ENOTEMPTY", [39, 66, 66, 66, 66, 93, 10066]),
    ("ENOTRECOVERABLE", [131, 95, 104, 98, 93, 59, 0]),
    ("ENOTSOCK", [88, 38, 38, 38, 38, 95, 10038]),
    ("ENOTSUP", [95, 45, 45, 86, 91, 48, 0]),
    ("ENOTTY", [25, 25, 25, 25, 25, 25, 0]),
    ("ENOTUNIQ", [76, 0, 0, 0, 0, 80, 0]),
    ("ENXIO", [6, 6, 6, 6, 6, 6, 0]),
    ("EOPNOTSUPP", [95, 45, 102, 45, 45, 122, 10045]),
    ("EOVERFLOW", [75, 84, 84, 84, 87, 79, 0]),
    ("EOWNERDEAD", [130, 96, 105, 97, 94, 58, 0]),
    ("EPERM", [1, 1, 1, 1, 1, 1, 0]),
    ("EPFNOSUPPORT", [96, 46, 46, 46, 46, 123, 10046]),
    ("EPIPE", [32, 32, 32, 32, 32, 32, 0]),
    ("EPROCLIM", [0, 67, 67, 67, 67, 0, 10067]),
    ("EPROTO", [71, 92, 100, 96, 95, 71, 0]),
    ("EPROTONOSUPPORT", [93, 43, 43, 43, 43, 120, 10043]),
    ("EPROTOTYPE", [91, 41, 41, 41, 41, 98, 10041]),
    ("EPROVIDERFAILEDINIT", [0, 0, 0, 0, 0, 0, 10106]),
    ("ERANGE", [34, 34, 34, 34, 34, 34, 0]),
    ("EREFUSED", [0, 0, 0, 0, 0, 0, 10112]),
    ("EREMCHG", [78, 0, 0, 0, 0, 82, 0]),
    ("EREMOTE", [66, 71, 71, 71, 71, 66, 10071]),
    ("ERESTART", [85, 0, 0, 0, 0, 91, 0]),
    ("EROFS", [30, 30, 30, 30, 30, 30, 0]),
    ("ESHUTDOWN", [108, 58, 58, 58, 58, 143, 10058]),
    ("ESOCKTNOSUPPORT", [94, 44, 44, 44, 44, 121, 10044]),
    ("ESPIPE", [29, 29, 29, 29, 29, 29, 0]),
    ("ESRCH", [3, 3, 3, 3, 3, 3, 0]),
    ("ESRMNT", [69, 0, 0, 0, 0, 69, 0]),
    ("ESTALE", [116, 70, 70, 70, 70, 151, 10070]),
    ("ESTRPIPE", [86, 0, 0, 0, 0, 92, 0]),
    ("ETIME", [62, 0, 101, 92, 0, 62, 0]),
    ("ETIMEDOUT", [110, 60, 60, 60, 60, 145, 10060]),
    ("ETOOMANYREFS", [109, 59, 59, 59, 59, 144, 10059]),
    ("ETXTBSY", [26, 26, 26, 26, 26, 26, 0]),
    ("EUNATCH", [49, 0, 0, 0, 0, 42, 0]),
    ("EUSERS", [87, 68, 68, 68, 68, 94, 10068]),
    ("EXDEV", [18, 18, 18, 18, 18, 18, 0]),
    ("EXFULL", [54, 0, 0, 0, 0, 52, 0]),
];

#[cfg(test)]
mod tests {
    use berkeley::Errno;

    use super::*;

    #[test]
    fn the_column_of_this_system_is_what_it_says_itself() {
        let Some(column) = SYSTEMS.iter().position(|system| *system == std::env::consts::OS) else { return };
        for (name, numbers) in NUMBERS {
            let known = Errno::by_name(name).map(Errno::as_raw);
            // The library knows all names of Linux, and of other systems those that several of them have.
            let unknown = if std::env::consts::OS == "linux" { 0 } else { i32::from(numbers[column]) };
            assert_eq!(known.unwrap_or(unknown), i32::from(numbers[column]), "{name}");
        }
    }

    #[test]
    fn what_everybody_took_from_the_first_unix_has_one_number_and_windows_counts_from_10000() {
        for (name, numbers) in NUMBERS {
            let [first, unix @ ..] = &numbers[..6] else { unreachable!("six columns of Unix") };
            // Up to 34 all agree, but for the two that changed places.
            if *first != 0 && *first <= 34 && *first != 11 {
                assert!(unix.iter().all(|number| number == first), "{name}");
            }
            assert!(numbers[6] == 0 || (10004..=10112).contains(&numbers[6]), "{name}");
        }
        assert!(NUMBERS.is_sorted_by_key(|row| row.0));
    }
}
