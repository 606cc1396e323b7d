/// Which documents can be read on this machine. Plain text always can.
package enum ExtractionAvailability: Sendable, Equatable {
    /// A program or a library that is not installed.
    package struct Missing: Sendable, Equatable {
        package var name: String
        /// The Debian package that has it.
        package var package: String
        /// The documents that cannot be read without it.
        package var documents: String
    }

    case complete
    case lacking([Missing])
    /// No document is opened outside of the sandbox.
    case noSandbox(reason: String, remedy: String)
}
