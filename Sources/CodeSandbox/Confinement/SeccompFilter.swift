/// The filter of system calls that confined programs run under, as the bytes that the kernel takes: a program of its
/// packet filter, of eight bytes an instruction.
///
/// It lets pass what is not named, as a list of all that Python's libraries call would break with each of their
/// releases. What it refuses is what leads out (name spaces, mounts, tracing, the kernel's keyring, modules, devices of
/// virtual machines and networks) and what takes memory that no other limit counts.
package struct SeccompFilter {
    package enum Architecture: Sendable {
        case amd64, arm64

        /// The one that this program was built for; nil where there is no filter for it.
        package static var current: Architecture? {
            #if arch(x86_64)
                .amd64
            #elseif arch(arm64)
                .arm64
            #else
                nil
            #endif
        }

        /// `AUDIT_ARCH_…` of `linux/audit.h`.
        fileprivate var auditCode: UInt32 {
            switch self {
            case .amd64: 0xC000_003E
            case .arm64: 0xC000_00B7
            }
        }
    }

    package struct Instruction: Equatable {
        var code: UInt16
        var ifTrue: UInt8 = 0
        var ifFalse: UInt8 = 0
        var value: UInt32
    }

    package private(set) var instructions: [Instruction] = []

    package init(_ architecture: Architecture) {
        // Calls in the manner of another architecture have other numbers; nothing honest makes them.
        load(.architecture)
        append(.jumpIfEqual, architecture.auditCode, ifTrue: 1)
        answer(.killProcess)
        load(.number)
        if architecture == .amd64 {
            // The x32 manner: the same calls, by numbers with this bit.
            append(.jumpIfAtLeast, 0x4000_0000, ifFalse: 1)
            answer(.error(Errno.noSuchCall))
        }
        for call in DeniedSystemCall.all {
            guard let number = call.number(architecture) else { continue }
            append(.jumpIfEqual, number, ifFalse: 1)
            answer(.error(call.error))
        }
        denyNameSpaces(cloneNumber: architecture == .amd64 ? 56 : 220)
        denyTerminalInjection(ioctlNumber: architecture == .amd64 ? 16 : 29)
        denyNetworks(socketNumber: architecture == .amd64 ? 41 : 198)
        denyNetworks(socketNumber: architecture == .amd64 ? 53 : 199)
        answer(.allow)
    }

    /// As the kernel reads it, on machines whose low byte comes first.
    package var bytes: [UInt8] {
        instructions.flatMap { instruction -> [UInt8] in
            let (code, value) = (instruction.code, instruction.value)
            return [
                UInt8(truncatingIfNeeded: code), UInt8(truncatingIfNeeded: code >> 8),
                instruction.ifTrue, instruction.ifFalse,
                UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8),
                UInt8(truncatingIfNeeded: value >> 16), UInt8(truncatingIfNeeded: value >> 24),
            ]
        }
    }

    // MARK: - Calls that are refused for some arguments only

    /// `clone` makes processes and threads, and with these flags name spaces. `clone3` hides its flags from a filter; it
    /// is among the denied ones, with the error that makes the C library fall back on `clone`.
    private mutating func denyNameSpaces(cloneNumber: UInt32) {
        let newNameSpaces: UInt32 = 0x7E02_0000
        append(.jumpIfEqual, cloneNumber, ifFalse: 4)
        load(.argument(0))
        append(.jumpIfAnyBit, newNameSpaces, ifFalse: 1)
        answer(.error(Errno.notPermitted))
        load(.number)
    }

    /// Typing into the terminal that the server was started from.
    private mutating func denyTerminalInjection(ioctlNumber: UInt32) {
        let (simulateInput, linuxConsole): (UInt32, UInt32) = (0x5412, 0x541C)
        append(.jumpIfEqual, ioctlNumber, ifFalse: 5)
        load(.argument(1))
        append(.jumpIfEqual, simulateInput, ifTrue: 1)
        append(.jumpIfEqual, linuxConsole, ifFalse: 1)
        answer(.error(Errno.notPermitted))
        load(.number)
    }

    /// Sockets are for talking within the sandbox. The network's name space is empty, but not every kind of socket
    /// belongs to it: that of virtual machines (`AF_VSOCK`) reaches the host.
    private mutating func denyNetworks(socketNumber: UInt32) {
        let local: UInt32 = 1
        append(.jumpIfEqual, socketNumber, ifFalse: 4)
        load(.argument(0))
        append(.jumpIfEqual, local, ifTrue: 1)
        answer(.error(Errno.noSuchAddressFamily))
        load(.number)
    }

    // MARK: - Instructions

    private enum Operation: UInt16 {
        /// Of four bytes at a fixed place of the call's description.
        case load = 0x20
        case jumpIfEqual = 0x15
        case jumpIfAtLeast = 0x35
        case jumpIfAnyBit = 0x45
        case answer = 0x06
    }

    /// `struct seccomp_data`. Of arguments the lower half is looked at: those that are examined are `int` and flags
    /// below 2³².
    private enum Field {
        case number, architecture
        case argument(UInt32)

        var offset: UInt32 {
            switch self {
            case .number: 0
            case .architecture: 4
            case .argument(let index): 16 + 8 * index
            }
        }
    }

    private enum Answer {
        case allow, killProcess
        case error(UInt16)

        var value: UInt32 {
            switch self {
            case .allow: 0x7FFF_0000
            case .killProcess: 0x8000_0000
            case .error(let number): 0x0005_0000 | UInt32(number)
            }
        }
    }

    enum Errno {
        static let notPermitted: UInt16 = 1
        static let noSuchCall: UInt16 = 38
        static let noSuchAddressFamily: UInt16 = 97
    }

    private mutating func load(_ field: Field) { append(.load, field.offset) }

    private mutating func answer(_ answer: Answer) { append(.answer, answer.value) }

    private mutating func append(_ operation: Operation, _ value: UInt32, ifTrue: UInt8 = 0, ifFalse: UInt8 = 0) {
        instructions.append(
            Instruction(code: operation.rawValue, ifTrue: ifTrue, ifFalse: ifFalse, value: value)
        )
    }
}
