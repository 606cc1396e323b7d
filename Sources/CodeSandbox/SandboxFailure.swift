/// Why a program could not be run confined, and what to do about it. It was not run at all then: there is no other way.
package struct SandboxFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package var reason: String
    package var remedy: String

    package var description: String { "\(reason); \(remedy)" }

    init(_ reason: String, remedy: String) {
        self.reason = reason
        self.remedy = remedy
    }

    /// What the system said of an attempt to start a program.
    init(system call: String, error: Int32) {
        self.init(
            "\(call) failed with error \(error) (\(SystemError.text(error)))",
            remedy: "see whether the system has processes, memory and file descriptors left"
        )
    }

    /// What bubblewrap, or a program before it, said before it gave up.
    ///
    /// The messages are those of bubblewrap 0.6 to 0.11 on Debian, on Ubuntu and in containers.
    package init(message: String) {
        let last = message.split(separator: "\n").last.map(String.init) ?? ""
        let text = last.isEmpty ? "the sandbox ended before it began" : last
        self.init(text, remedy: Self.remedies.first { message.contains($0.sign) }?.remedy ?? Self.otherRemedy)
    }

    private static let otherRemedy = "run `bwrap --unshare-all --ro-bind / / true` as the server's user to see more"

    private static let remedies: [(sign: String, remedy: String)] = [
        (
            "No permissions to create new namespace",
            "allow user name spaces: `sysctl -w kernel.unprivileged_userns_clone=1`; in a container, run it with "
                + "`--security-opt seccomp=unconfined`"
        ),
        (
            "Creating new namespace failed",
            "allow user name spaces: `sysctl -w user.max_user_namespaces=10000`, or in a container run it with "
                + "`--security-opt seccomp=unconfined`"
        ),
        (
            "mount proc",
            "the container masks /proc: run it with `--security-opt systempaths=unconfined` (and "
                + "`seccomp=unconfined`, `apparmor=unconfined`)"
        ),
        (
            "setting up uid map",
            "AppArmor forbids user name spaces: `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`, or give "
                + "bwrap an AppArmor profile that allows them"
        ),
        (
            "loopback",
            "AppArmor or the container forbids network name spaces: `sysctl -w "
                + "kernel.apparmor_restrict_unprivileged_userns=0`, or run the container with "
                + "`--security-opt apparmor=unconfined`"
        ),
        ("Failed to make / slave", "run the container with `--security-opt apparmor=unconfined`"),
        (
            "find source path",
            "see that the folder exists and that every user may enter it and those above it, as code runs as a user of "
                + "its own where the server is root"
        ),
        ("Unknown option", "install bubblewrap 0.6 or newer"),
        (
            "setresuid failed",
            "let the server run as an ordinary user, or map more than 64,321 user ids into its container"
        ),
        (
            "setresgid failed",
            "let the server run as an ordinary user, or map more than 64,321 user ids into its container"
        ),
    ]
}
