import Foundation

/// Who confined programs are to the host: never one who may do more than the server itself.
package enum SandboxIdentity: Sendable {
    /// The server's own user, as only root can become another one. What escapes the sandbox is the server then.
    case server
    /// A user of its own, whom no account stands for and no file belongs to.
    case own(user: uid_t)

    /// Low enough for containers, which map 65,536 users, and not among those that Debian gives out.
    static var current: SandboxIdentity { geteuid() == 0 ? .own(user: 64_321) : .server }
}
