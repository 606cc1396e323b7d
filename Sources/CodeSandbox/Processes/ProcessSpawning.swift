import Foundation

/// Starts another program with the descriptors that it is given and no other.
///
/// It is `posix_spawn`, called from the sandbox's own thread, and neither Foundation's `Process` nor swift-subprocess:
/// both start programs from threads that come and go, and with the thread that started it goes a program that asked to
/// end with its parent (`PR_SET_PDEATHSIG` means the thread). Nor can either hand over descriptors beyond the three
/// standard ones, which is how bubblewrap takes its arguments and the filter of system calls.
enum ProcessSpawning {
    /// - Parameters:
    ///   - command: The program's absolute path and its arguments.
    ///   - descriptors: The ones that it gets, as numbers from 0 on.
    /// - Returns: The number of the process, which leads a session of its own, out of reach of the terminal's Ctrl-C.
    static func start(
        _ command: [String],
        environment: [String],
        descriptors: [Descriptor]
    ) throws(SandboxFailure) -> pid_t {
        #if os(Linux)
            // Moved out of the way first: what is put in place must not be what another number stands for.
            var moved: [Descriptor] = []
            for descriptor in descriptors {
                let copy = fcntl(descriptor.number, F_DUPFD_CLOEXEC, 64)
                guard copy >= 0 else { throw SandboxFailure(system: "fcntl", error: errno) }
                moved.append(Descriptor(owning: copy))
            }
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            for (number, descriptor) in moved.enumerated() {
                posix_spawn_file_actions_adddup2(&actions, descriptor.number, Int32(number))
            }
            try closeOthers(from: Int32(descriptors.count), &actions)

            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            var signals = sigset_t()
            sigemptyset(&signals)
            posix_spawnattr_setsigmask(&attributes, &signals)
            sigfillset(&signals)
            posix_spawnattr_setsigdefault(&attributes, &signals)
            // The last one is POSIX_SPAWN_SETSID, which the C library shows to GNU programs only.
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | 0x80)

            var process: pid_t = 0
            let error = withCStrings(command) { arguments in
                withCStrings(environment) { variables in
                    posix_spawn(&process, command[0], &actions, &attributes, arguments, variables)
                }
            }
            guard error == 0 else { throw SandboxFailure(system: "starting \(command[0])", error: error) }
            // Until the program has been replaced the moved descriptors must stay; `posix_spawn` returns after that.
            withExtendedLifetime(moved) {}
            return process
        #else
            throw SandboxFailure("programs can be confined on Linux only", remedy: "run the server on Linux")
        #endif
    }

    #if os(Linux)
        private typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

        /// `posix_spawn_file_actions_addclosefrom_np` of glibc 2.34, which Swift's view of the C library lacks.
        private static let closeFrom: CloseFrom? = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
            unsafeBitCast($0, to: CloseFrom.self)
        }

        private static func closeOthers(
            from number: Int32,
            _ actions: inout posix_spawn_file_actions_t
        ) throws(SandboxFailure) {
            guard let closeFrom, closeFrom(&actions, number) == 0 else {
                throw SandboxFailure(
                    "the C library cannot close descriptors for a child",
                    remedy: "use a system with glibc 2.34 or newer, such as Debian 12 or Ubuntu 22.04"
                )
            }
        }
    #endif

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }
}
