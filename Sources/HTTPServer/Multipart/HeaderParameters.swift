/// A header's value with parameters, as in `form-data; name="file"; filename="a.txt"`.
///
/// Values may be quoted or not. In quotes `\"` and `\\` are escapes; any other backslash stands for itself, as browsers
/// of old sent paths. Bytes that are no UTF-8 are repaired.
struct HeaderParameters: Equatable {
    /// What stands before the parameters, in lower case.
    let value: String
    private let parameters: [(name: String, value: String)]

    static func == (left: HeaderParameters, right: HeaderParameters) -> Bool {
        left.value == right.value && left.parameters.elementsEqual(right.parameters) { $0 == $1 }
    }

    /// The first parameter with a name in lower case.
    subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// Nil when it is malformed: a quote is not closed, or something stands between two parameters.
    init?(_ bytes: some Collection<UInt8>) {
        var reader = Reader(rest: Array(bytes)[...])
        value = reader.token { $0 == UInt8(ascii: ";") }.lowercased()
        var parameters: [(name: String, value: String)] = []
        while reader.skip(UInt8(ascii: ";")) {
            let name = reader.token { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ";") }.lowercased()
            guard reader.skip(UInt8(ascii: "=")) else {
                // A semicolon too many is forgiven.
                guard name.isEmpty else { return nil }
                continue
            }
            guard !name.isEmpty, let value = reader.parameterValue() else { return nil }
            parameters.append((name, value))
        }
        guard reader.rest.isEmpty else { return nil }
        self.parameters = parameters
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func skip(_ byte: UInt8) -> Bool {
            guard rest.first == byte else { return false }
            rest.removeFirst()
            return true
        }

        /// What comes before a byte of a kind, without the spaces around it.
        mutating func token(until isEnd: (UInt8) -> Bool) -> String {
            let token = rest.prefix { !isEnd($0) }
            rest = rest.dropFirst(token.count)
            return String(decoding: Self.trimmed(token), as: UTF8.self)
        }

        mutating func parameterValue() -> String? {
            skipSpaces()
            guard skip(UInt8(ascii: "\"")) else { return token { $0 == UInt8(ascii: ";") } }
            var value: [UInt8] = []
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "\"") {
                    skipSpaces()
                    return rest.isEmpty || rest.first == UInt8(ascii: ";")
                        ? String(decoding: value, as: UTF8.self) : nil
                }
                if byte == UInt8(ascii: "\\"), let next = rest.first,
                    next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\")
                {
                    value.append(next)
                    rest.removeFirst()
                } else {
                    value.append(byte)
                }
            }
            return nil
        }

        private mutating func skipSpaces() { rest = rest.drop(while: Self.isSpace) }

        private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

        private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
            var bytes = bytes.drop(while: isSpace)
            while let last = bytes.last, isSpace(last) { bytes.removeLast() }
            return bytes
        }
    }
}
