import Foundation
import Synchronization

/// The one thread that starts confined programs, reads what they write, watches over their limits and sees them end.
///
/// Programs ask the kernel to be ended with their parent, and that is the thread which started them: this one lives as
/// long as the server, and so no program outlives it.
final class SandboxThread: Sendable {
    typealias Request = @Sendable (inout ProcessTable) -> Void

    private struct Inbox {
        var requests: [Request] = []
        var nextNumber: UInt64 = 0
    }

    private let inbox = Mutex(Inbox())
    private let wakeUp: (read: Descriptor, write: Descriptor)

    private init() throws(SandboxFailure) {
        wakeUp = try Descriptor.pipe()
        wakeUp.read.doNotWait()
        wakeUp.write.doNotWait()
        let thread = Thread { [self] in turn() }
        thread.name = "sandbox"
        thread.start()
    }

    private static let started = Result { () throws(SandboxFailure) in try SandboxThread() }

    static func shared() throws(SandboxFailure) -> SandboxThread { try started.get() }

    /// Has the thread do this soon. Requests are as many as there are callers that wait for them.
    func submit(_ request: @escaping Request) {
        inbox.withLock { $0.requests.append(request) }
        // A full pipe is reason enough to wake up.
        var byte: UInt8 = 1
        _ = write(wakeUp.write.number, &byte, 1)
    }

    /// A number for a new process.
    func nextNumber() -> UInt64 {
        inbox.withLock { inbox in
            inbox.nextNumber += 1
            return inbox.nextNumber
        }
    }

    private func turn() {
        // What is written to a program that has ended is an error of the call, and no signal to the server.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var table = ProcessTable()
        while true {
            table.wait(wakeUp: wakeUp.read)
            let requests = inbox.withLock { inbox in
                defer { inbox.requests = [] }
                return inbox.requests
            }
            for request in requests { request(&table) }
            table.proceed()
        }
    }
}
