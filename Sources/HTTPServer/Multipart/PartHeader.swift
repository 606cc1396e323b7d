/// What a part of a form says of itself.
package struct PartHeader: Sendable, Equatable {
    /// The field that it is.
    package let name: String
    /// Given of files; in whatever form clients write it.
    package let filename: String?

    package init(name: String, filename: String? = nil) {
        self.name = name
        self.filename = filename
    }

    /// Reads the lines of a part's headers, without the empty line behind them.
    package init(lines: some BidirectionalCollection<UInt8>) throws(MultipartFault) {
        var disposition: HeaderParameters?
        for line in lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .malformedHeader }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            guard name == "content-disposition" else { continue }
            guard disposition == nil, let parameters = HeaderParameters(line[line.index(after: colon)...]) else {
                throw .malformedHeader
            }
            disposition = parameters
        }
        guard let disposition, disposition.value == "form-data", let name = disposition["name"], !name.isEmpty else {
            throw .unnamedPart
        }
        self.name = name
        filename = disposition["filename*"].flatMap(Self.extended) ?? disposition["filename"].map(Self.unescaped)
    }

    /// A value with its character set before it, as in `utf-8''%e2%82%ac.txt`; nil when it is malformed or the set is not
    /// known.
    private static func extended(_ value: String) -> String? {
        let parts = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = percentDecoded(parts[2]) else { return nil }
        switch parts[0].lowercased() {
        case "utf-8": return String(validating: bytes, as: UTF8.self)
        case "iso-8859-1": return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        default: return nil
        }
    }

    /// Browsers and SDKs write a quote and line breaks as percent escapes, and nothing else.
    private static func unescaped(_ name: String) -> String {
        guard name.utf8.contains(UInt8(ascii: "%")) else { return name }
        var bytes: [UInt8] = []
        var rest = Array(name.utf8)[...]
        while let byte = rest.popFirst() {
            let code = rest.prefix(2)
            if byte == UInt8(ascii: "%"), let escaped = Self.escaped[String(decoding: code, as: UTF8.self).uppercased()]
            {
                bytes.append(escaped)
                rest.removeFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let escaped: [String: UInt8] = ["22": 0x22, "0D": 0x0D, "0A": 0x0A]

    private static func percentDecoded(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let code = rest.prefix(2)
            guard code.count == 2, let value = UInt8(String(decoding: code, as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest.removeFirst(2)
        }
        return bytes
    }
}
