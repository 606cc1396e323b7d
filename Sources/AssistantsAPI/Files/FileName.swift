/// The rules for names of files that callers send.
///
/// A name is kept as it was sent, a slash in it included, as the service did (`text/csv`). Only what leads elsewhere is
/// cut off: of `../../etc/passwd`, `/tmp/a.txt` and `C:\docs\a.txt` the last part stays.
package enum FileName {
    /// Characters (Unicode scalars) of a name at most. No bound is published; file systems take 255 bytes.
    package static let maximumLength = 512

    /// Why a name cannot be taken.
    package enum Fault: Error, Sendable, Equatable {
        case empty
        /// It is longer than it may be: so many characters.
        case tooLong(Int)
        /// It has a line break, a NUL or another control character.
        case controlCharacter
        /// It is nothing but a path, as `..` or `a/`.
        case namesNoFile
    }

    package static func checked(_ name: String) throws(Fault) -> String {
        guard !name.isEmpty else { throw .empty }
        guard name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }) else {
            throw .controlCharacter
        }
        let length = name.unicodeScalars.count
        guard length <= maximumLength else { throw .tooLong(length) }
        let parts = name.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
        guard let last = parts.last, last != "", last != ".", last != ".." else { throw .namesNoFile }
        return leadsElsewhere(name, parts) ? String(last) : name
    }

    private static func leadsElsewhere(_ name: String, _ parts: [Substring]) -> Bool {
        name.hasPrefix("/") || name.contains("\\") || parts.contains { $0 == "." || $0 == ".." }
    }
}
