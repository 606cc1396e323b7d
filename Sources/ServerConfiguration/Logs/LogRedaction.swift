/// What never reaches a log, whatever is logged: values under names such as `authorization`, and keys within texts.
package struct LogRedaction: Sendable {
    package static let mask = "[redacted]"

    /// Texts that are replaced wherever they stand.
    private let secrets: [[UInt8]]
    /// For each byte whether a secret may begin with it, so that other bytes cost next to nothing.
    private let mayBegin: [Bool]

    /// Secrets shorter than this would be found in ordinary words.
    private static let shortestSecret = 6

    package init(secrets: [Secret]) {
        let texts = secrets.map { Array($0.revealed.utf8) }.filter { $0.count >= Self.shortestSecret }
        self.secrets = texts
        let beginnings = Set(texts.map { $0[0] } + "sbB".utf8)
        mayBegin = (0...UInt8.max).map { beginnings.contains($0) }
    }

    package init(_ configuration: ServerConfiguration) {
        var secrets = configuration.access.staticKeys.map(\.key)
        if case .remote(_, let key?) = configuration.modelSource { secrets.append(key) }
        if let key = configuration.embeddings?.server?.key { secrets.append(key) }
        if let key = configuration.codeInterpreter.runnerKey { secrets.append(key) }
        self.init(secrets: secrets)
    }

    /// Whether values under this name are left out. Case, `-` and `_` do not matter.
    package func hides(_ name: String) -> Bool {
        // Byte by byte: this is asked for every field of every line.
        let letters = name.utf8.compactMap { byte -> UInt8? in
            switch byte {
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): nil
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            default: byte
            }
        }
        return Self.exactNames.contains(letters)
            || Self.namePieces.contains { piece in
                letters.indices.contains { letters[$0...].starts(with: piece) }
            }
    }

    private static let namePieces = ["authorization", "apikey", "secret", "password", "cookie", "credential"]
        .map { Array($0.utf8) }
    private static let exactNames = ["token", "accesstoken", "bearertoken", "key"].map { Array($0.utf8) }

    /// The text with every key in it masked: the configured ones, `sk-…`, and what follows `Bearer`.
    package func scrub(_ text: String) -> String {
        var copy = text
        let scrubbed = copy.withUTF8 { bytes -> [UInt8]? in
            guard mayHoldSecret(bytes) else { return nil }
            return scrub(bytes)
        }
        return scrubbed.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    private func mayHoldSecret(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        while index < bytes.count {
            if mayBegin[Int(bytes[index])], secretLength(in: bytes, at: index) != nil { return true }
            index += 1
        }
        return false
    }

    private func scrub(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if let found = secretLength(in: bytes, at: index) {
                result.append(contentsOf: bytes[index..<(index + found.kept)])
                result.append(contentsOf: Self.mask.utf8)
                index += found.kept + found.hidden
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// How many bytes of a secret that begins here stay, and how many are hidden.
    private func secretLength(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (kept: Int, hidden: Int)? {
        let rest = bytes[index...]
        for secret in secrets where bytes[index] == secret[0] && rest.starts(with: secret) { return (0, secret.count) }
        switch bytes[index] {
        case UInt8(ascii: "s"):
            guard rest.starts(with: "sk-".utf8), index == 0 || !bytes[index - 1].isKeyCharacter else { return nil }
            let length = rest.prefix(while: \.isKeyCharacter).count
            return length >= 12 ? (3, length - 3) : nil
        case UInt8(ascii: "B"), UInt8(ascii: "b"):
            guard rest.dropFirst().starts(with: "earer ".utf8) else { return nil }
            let length = rest.dropFirst(7).prefix(while: \.isKeyCharacter).count
            return length >= 6 ? (7, length) : nil
        default: return nil
        }
    }
}

extension UInt8 {
    /// What keys are made of: letters, digits, `-`, `_`, `.` and the rest of base 64.
    fileprivate var isKeyCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "*"):
            true
        default: false
        }
    }
}
