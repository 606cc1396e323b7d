import Foundation

/// Finds the programs of the host that the sandbox is made with.
extension BubblewrapCommand.Tools {
    /// - Throws: ``SandboxFailure`` that names what is missing and how to install it.
    package init() throws(SandboxFailure) {
        bubblewrap = try Self.path(of: "bwrap", package: "bubblewrap")
        nice = try Self.path(of: "nice", package: "coreutils")
        choom = try Self.path(of: "choom", package: "util-linux")
        setpriv = try Self.path(of: "setpriv", package: "util-linux")
        // Under its own path in the sandbox as well, where /usr is the host's.
        prlimit = try Self.path(of: "prlimit", package: "util-linux", in: ["/usr/bin"])
        disablesUserNameSpaces = Self.contains("--disable-userns", bubblewrap)
    }

    private static func path(
        of name: String,
        package: String,
        in folders: [String] = ["/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin"]
    ) throws(SandboxFailure) -> String {
        for folder in folders where access("\(folder)/\(name)", X_OK) == 0 { return "\(folder)/\(name)" }
        throw SandboxFailure(
            "\(name) is not installed",
            remedy: "install the package \(package): `apt-get install \(package)`"
        )
    }

    /// Whether the program knows an option, which it then has as a text; cheaper than to start it and ask.
    private static func contains(_ option: String, _ path: String) -> Bool {
        guard let bytes = FileManager.default.contents(atPath: path) else { return false }
        return bytes.range(of: Data(option.utf8)) != nil
    }
}
