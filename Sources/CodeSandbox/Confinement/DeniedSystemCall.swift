/// A system call that confined programs are refused, whatever its arguments. Numbers are those of the kernel's tables
/// for the two architectures, which never change.
package struct DeniedSystemCall: Sendable {
    package let name: String
    /// Nil where the architecture does not have it.
    private let amd64: UInt32?
    private let arm64: UInt32?
    let error: UInt16

    private init(
        _ name: String,
        _ amd64: UInt32?,
        _ arm64: UInt32?,
        error: UInt16 = SeccompFilter.Errno.notPermitted
    ) {
        self.name = name
        self.amd64 = amd64
        self.arm64 = arm64
        self.error = error
    }

    /// Of calls that came after the two tables were made one.
    private init(_ name: String, _ number: UInt32, error: UInt16 = SeccompFilter.Errno.notPermitted) {
        self.init(name, number, number, error: error)
    }

    package func number(_ architecture: SeccompFilter.Architecture) -> UInt32? {
        switch architecture {
        case .amd64: amd64
        case .arm64: arm64
        }
    }

    package static let all =
        nameSpacesAndMounts + otherProcesses + kernelObjects + kernelState + clocksAndHost + uncountedMemory

    private static let nameSpacesAndMounts: [DeniedSystemCall] = [
        .init("unshare", 272, 97), .init("setns", 308, 268),
        // Its flags are out of a filter's sight; with this error the C library makes do with clone.
        .init("clone3", 435, error: SeccompFilter.Errno.noSuchCall),
        .init("mount", 165, 40), .init("umount2", 166, 39), .init("pivot_root", 155, 41), .init("chroot", 161, 51),
        .init("open_tree", 428), .init("move_mount", 429), .init("fsopen", 430), .init("fsconfig", 431),
        .init("fsmount", 432), .init("fspick", 433), .init("mount_setattr", 442), .init("open_tree_attr", 467),
    ]

    private static let otherProcesses: [DeniedSystemCall] = [
        .init("ptrace", 101, 117), .init("process_vm_readv", 310, 270), .init("process_vm_writev", 311, 271),
        .init("kcmp", 312, 272), .init("pidfd_getfd", 438), .init("process_madvise", 440),
        .init("process_mrelease", 448), .init("move_pages", 279, 239), .init("migrate_pages", 256, 238),
    ]

    private static let kernelObjects: [DeniedSystemCall] = [
        .init("add_key", 248, 217), .init("request_key", 249, 218), .init("keyctl", 250, 219),
        .init("io_uring_setup", 425), .init("io_uring_enter", 426), .init("io_uring_register", 427),
        .init("bpf", 321, 280), .init("perf_event_open", 298, 241), .init("userfaultfd", 323, 282),
        .init("fanotify_init", 300, 262), .init("fanotify_mark", 301, 263),
        .init("name_to_handle_at", 303, 264), .init("open_by_handle_at", 304, 265),
        .init("vmsplice", 278, 75), .init("lookup_dcookie", 212, 18), .init("nfsservctl", 180, 42),
    ]

    private static let kernelState: [DeniedSystemCall] = [
        .init("init_module", 175, 105), .init("finit_module", 313, 273), .init("delete_module", 176, 106),
        .init("kexec_load", 246, 104), .init("kexec_file_load", 320, 294), .init("reboot", 169, 142),
        .init("swapon", 167, 224), .init("swapoff", 168, 225), .init("acct", 163, 89),
        .init("quotactl", 179, 60), .init("quotactl_fd", 443), .init("syslog", 103, 116),
        .init("iopl", 172, nil), .init("ioperm", 173, nil), .init("modify_ldt", 154, nil),
        .init("uselib", 134, nil), .init("_sysctl", 156, nil), .init("vhangup", 153, 58),
        .init("personality", 135, 92),
    ]

    private static let clocksAndHost: [DeniedSystemCall] = [
        .init("settimeofday", 164, 170), .init("clock_settime", 227, 112), .init("clock_adjtime", 305, 266),
        .init("adjtimex", 159, 171), .init("sethostname", 170, 161), .init("setdomainname", 171, 162),
    ]

    /// Memory that belongs to no process and to no file system with a size.
    private static let uncountedMemory: [DeniedSystemCall] = [
        .init("memfd_create", 319, 279), .init("memfd_secret", 447), .init("shmget", 29, 194),
        .init("msgget", 68, 186), .init("semget", 64, 190), .init("mq_open", 240, 180),
    ]
}
