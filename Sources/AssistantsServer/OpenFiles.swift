#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The number of files and sockets that the process may have open.
enum OpenFiles {
    /// Raises the soft limit to the hard one. A waiting chat takes two, its client's and its model's; the usual soft
    /// limit of 1,024 would end at some 500 of them.
    static func raiseLimit() {
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        // Where even that is refused the server goes on with what it has.
        _ = setrlimit(resource, &limit)
    }
}
