import AssistantsAPI

/// A value in the body of a request, with the path that leads to it. Each reading throws an `OpenAIError` that names the
/// path when the value is not of the asked form. Lengths count Unicode scalars.
struct RequestValue {
    let json: JSONValue
    /// As in `tools[0].function.name`.
    let path: String

    init(_ json: JSONValue, at path: String) {
        self.json = json
        self.path = path
    }

    func text(maximum: Int) throws -> String {
        guard let text = json.stringValue else { throw wrongType("a string") }
        // The bytes of most texts are fewer than the characters that are allowed.
        if text.utf8.count > maximum {
            let length = text.unicodeScalars.count
            guard length <= maximum else { throw OpenAIError.stringTooLong(path, maximum: maximum, got: length) }
        }
        return text
    }

    func nonEmptyText(maximum: Int) throws -> String {
        let text = try text(maximum: maximum)
        guard !text.isEmpty else { throw OpenAIError.stringEmpty(path) }
        return text
    }

    /// An id of any form: only whoever looks it up can tell whether it is one.
    func id<Resource>(of resource: Resource.Type = Resource.self) throws -> Identifier<Resource> {
        Identifier(try nonEmptyText(maximum: RequestLimits.idLength))
    }

    /// A name that may stand in code: of `a-z`, `A-Z`, `0-9`, `_` and `-`.
    func codeName(maximum: Int) throws -> String {
        let name = try nonEmptyText(maximum: maximum)
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain else { throw OpenAIError.stringWithoutPattern(path, pattern: "^[a-zA-Z0-9_-]+$") }
        return name
    }

    func integer(in range: ClosedRange<Int>) throws -> Int {
        guard let value = json.intValue else { throw wrongType("an integer") }
        guard range.contains(value) else { throw OpenAIError.outOfRange(path, value, range) }
        return value
    }

    func decimal(in range: ClosedRange<Double>) throws -> Double {
        guard let value = json.doubleValue else { throw wrongType("a decimal") }
        guard range.contains(value) else { throw OpenAIError.outOfRange(path, value, range) }
        return value
    }

    func bool() throws -> Bool {
        guard let value = json.boolValue else { throw wrongType("a boolean") }
        return value
    }

    /// One of a few words.
    func choice(of words: [String]) throws -> String {
        guard let word = json.stringValue else { throw wrongType("a string") }
        guard words.contains(word) else { throw OpenAIError.unsupportedValue(word, path, supported: words) }
        return word
    }

    /// One of the words of an enumeration.
    func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type = Choice.self) throws -> Choice
    where Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue)
        guard let choice = Choice(rawValue: try choice(of: words)) else { throw wrongType("a string") }
        return choice
    }

    /// - Parameter expected: what the array is said to be, with its article.
    func elements(maximum: Int, expected: String = "an array") throws -> [RequestValue] {
        guard let values = json.arrayValue else { throw wrongType(expected) }
        guard values.count <= maximum else {
            throw OpenAIError.arrayTooLong(path, maximum: maximum, got: values.count)
        }
        return values.enumerated().map { RequestValue($1, at: "\(path)[\($0)]") }
    }

    func texts(maximum: Int, length: Int) throws -> [String] {
        try elements(maximum: maximum).map { try $0.nonEmptyText(maximum: length) }
    }

    /// An object with no other members than those named.
    func members(_ names: [String], expected: String = "an object") throws -> RequestMembers {
        guard let object = json.objectValue else { throw wrongType(expected) }
        return try RequestMembers(object, at: path, knowing: names)
    }

    /// An object of any content.
    func anyObject() throws -> JSONValue {
        guard json.objectValue != nil else { throw wrongType("an object") }
        return json
    }

    func metadata() throws -> Metadata {
        guard let object = json.objectValue else { throw wrongType("an object") }
        guard object.count <= Metadata.maximumPairs else {
            throw OpenAIError.tooManyProperties(path, maximum: Metadata.maximumPairs, got: object.count)
        }
        var pairs: [(key: String, value: String)] = []
        for member in object.members {
            let length = member.key.unicodeScalars.count
            guard length <= Metadata.maximumKeyLength else {
                throw OpenAIError.keyTooLong(path, maximum: Metadata.maximumKeyLength, got: length)
            }
            let value = RequestValue(member.value, at: "\(path).\(member.key)")
            let text = try value.text(maximum: Metadata.maximumValueLength)
            pairs.removeAll { $0.key == member.key }
            pairs.append((member.key, text))
        }
        return Metadata(pairs: pairs)
    }

    func wrongType(_ expected: String) -> OpenAIError {
        OpenAIError.wrongType(path, expected: expected, got: json)
    }
}
