/// A program to be run in the sandbox, and what it is given to work on.
package struct ConfinedProgram: Sendable {
    /// A file that the program finds, and cannot change.
    package struct DataFile: Sendable {
        /// Absolute, within the sandbox.
        package var path: String
        /// At most ``maximumSize``.
        package var bytes: [UInt8]

        /// It is handed over through a pipe, and this is what a pipe may hold.
        package static let maximumSize = 1 << 20

        package init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    /// A folder of the host that the program finds, and cannot change.
    package struct HostFolder: Sendable {
        /// On the host; the user whom programs run as must be able to reach it.
        package var path: String
        /// Absolute, within the sandbox.
        package var place: String

        package init(path: String, place: String) {
            self.path = path
            self.place = place
        }
    }

    /// A folder in memory that the program may write to.
    package struct ScratchFolder: Sendable {
        /// Absolute, within the sandbox.
        package var path: String
        /// In bytes.
        package var size: Int

        package init(path: String, size: Int) {
            self.path = path
            self.size = size
        }
    }

    /// The program, by its absolute path, and its arguments. Whatever runs in the sandbox can read them.
    package var command: [String]
    package var environment: [String: String]
    package var dataFiles: [DataFile]
    /// A file of the host, by its path; the program finds it as ``inputPath``, or, where it cannot be opened, as its
    /// standard input.
    package var input: String?
    /// Whether the server writes to the program's standard input, instead of giving it ``input``.
    package var isFedByServer: Bool
    package var hostFolders: [HostFolder]
    /// The first one is the program's home, and where it begins.
    package var scratchFolders: [ScratchFolder]
    package var limits: SandboxLimits

    /// Where the input stands.
    package static let inputPath = "/input"

    package init(
        command: [String],
        environment: [String: String] = [:],
        dataFiles: [DataFile] = [],
        input: String? = nil,
        isFedByServer: Bool = false,
        hostFolders: [HostFolder] = [],
        scratchFolders: [ScratchFolder],
        limits: SandboxLimits
    ) {
        self.command = command
        self.environment = environment
        self.dataFiles = dataFiles
        self.input = input
        self.isFedByServer = isFedByServer
        self.hostFolders = hostFolders
        self.scratchFolders = scratchFolders
        self.limits = limits
    }
}
