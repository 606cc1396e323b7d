import AssistantsAPI
import Storage

/// A file of a dump. Its bytes are beside the dump, in the folder `files`, under their SHA-256, which an export of this
/// server names in a member of its own, or under the file's id, with or without its name's ending.
struct DumpedFile {
    let file: File
    /// Nil in dumps of other making.
    private let content: Digest?
    /// Whether the dump says how many bytes there are.
    private let isSized: Bool

    static let folder = "files"

    init(_ value: JSONValue) throws(ImportRefusal) {
        let members = DumpedMembers(value: value)
        guard let purpose = FilePurpose(rawValue: try members.text("purpose")) else {
            throw ImportRefusal("its purpose is not known")
        }
        isSized = members["bytes"]?.intValue != nil
        content = members.optionalText("sha256").flatMap { Digest(hexadecimal: $0) }
        file = File(
            id: try members.id("id"),
            createdAt: try members.time("created_at"),
            filename: try members.text("filename"),
            purpose: purpose,
            bytes: members["bytes"]?.intValue ?? 0,
            expiresAt: members.optionalTime("expires_at")
        )
    }

    /// Where the bytes may be, relative to the folder of the dump. An id that could lead elsewhere names no file.
    var places: [String] {
        let id = file.id.rawValue
        var names = content.map { [$0.hexadecimal] } ?? []
        if id.utf8.allSatisfy(Self.isPlain) {
            names.append(id)
            let fileExtension = file.fileExtension
            if !fileExtension.isEmpty, fileExtension.utf8.dropFirst().allSatisfy(Self.isPlain) {
                names.append(id + fileExtension)
            }
        }
        return names.map { "\(Self.folder)/\($0)" }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// The file as it is stored with bytes that were found. Throws when these are not the file's.
    func file(with digest: Digest, count: Int) throws(ImportRefusal) -> File {
        guard content == nil || content == digest else {
            throw ImportRefusal("its bytes do not have the SHA-256 that the dump names")
        }
        guard !isSized || file.bytes == count else {
            throw ImportRefusal("its bytes are \(count), not \(file.bytes)")
        }
        var file = file
        file.bytes = count
        return file
    }
}
