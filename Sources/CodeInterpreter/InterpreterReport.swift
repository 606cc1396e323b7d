/// What the interpreters of this machine have to offer, found out by starting one.
package struct InterpreterReport: Sendable, Equatable {
    package var python: InterpreterSettings.Python
    /// Such as 3.11.2.
    package var version: String
    /// Packages that models rely on and that cannot be imported.
    package var missing: [String]
    /// Whether plots can have Korean text.
    package var hasHangul: Bool

    package init(python: InterpreterSettings.Python, version: String, missing: [String], hasHangul: Bool) {
        self.python = python
        self.version = version
        self.missing = missing
        self.hasHangul = hasHangul
    }
}
