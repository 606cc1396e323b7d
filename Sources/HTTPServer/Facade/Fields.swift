import AssistantsAPI

/// The members of a request's body, taken one by one. All faults are collected and told together.
struct Fields {
    private let object: JSONObject
    private var faults: [FacadeError.Fault] = []

    init(_ object: JSONObject) { self.object = object }

    /// A text that must be there and not be empty.
    mutating func text(_ name: String) -> String {
        guard let value = object[name] else {
            report("Field required", "missing", at: name)
            return ""
        }
        guard let text = value.stringValue else {
            report("Input should be a valid string", "string_type", at: name)
            return ""
        }
        if text.isEmpty { report("String should have at least 1 character", "string_too_short", at: name) }
        return text
    }

    /// A text that may be absent or null, but not empty.
    mutating func optionalText(_ name: String) -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.stringValue else {
            report("Input should be a valid string", "string_type", at: name)
            return nil
        }
        if text.isEmpty { report("String should have at least 1 character", "string_too_short", at: name) }
        return text
    }

    mutating func flag(_ name: String) -> Bool {
        guard let value = object[name], !value.isNull else { return false }
        guard let flag = value.boolValue else {
            report("Input should be a valid boolean", "bool_type", at: name)
            return false
        }
        return flag
    }

    mutating func optionalObject(_ name: String) -> JSONObject? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let object = value.objectValue else {
            report("Input should be a valid dictionary", "dict_type", at: name)
            return nil
        }
        return object
    }

    /// One of a few words; absent or null means `fallback`.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, default fallback: Choice) -> Choice
    where Choice.RawValue == String {
        guard let value = object[name], !value.isNull else { return fallback }
        guard let choice = value.stringValue.flatMap(Choice.init(rawValue:)) else {
            let words = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: " or ")
            report("Input should be \(words)", "literal_error", at: name)
            return fallback
        }
        return choice
    }

    mutating func metadata() -> Metadata? {
        guard let object = optionalObject("metadata") else { return nil }
        if object.count > Metadata.maximumPairs {
            report("Metadata should have at most \(Metadata.maximumPairs) pairs", "too_long", at: "metadata")
        }
        var pairs: [(key: String, value: String)] = []
        for member in object.members {
            guard let text = member.value.stringValue else {
                report("Input should be a valid string", "string_type", at: "metadata", member.key)
                continue
            }
            if member.key.unicodeScalars.count > Metadata.maximumKeyLength {
                let limit = Metadata.maximumKeyLength
                report("Key should have at most \(limit) characters", "string_too_long", at: "metadata", member.key)
            }
            if text.unicodeScalars.count > Metadata.maximumValueLength {
                let limit = Metadata.maximumValueLength
                report("String should have at most \(limit) characters", "string_too_long", at: "metadata", member.key)
            }
            pairs.append((member.key, text))
        }
        return Metadata(pairs: pairs)
    }

    /// Tables of rows, as the analyst reads them.
    mutating func systemData() -> JSONObject? {
        guard let object = optionalObject("system_data") else { return nil }
        let tables = object.members.filter { !$0.value.isNull }
        for table in tables where table.value.arrayValue == nil {
            report("Input should be a valid list", "list_type", at: "system_data", table.key)
        }
        return tables.isEmpty ? nil : JSONObject(tables)
    }

    /// Throws what was wrong, if anything.
    func check() throws {
        if !faults.isEmpty { throw FacadeError.invalid(faults) }
    }

    private mutating func report(_ message: String, _ type: String, at path: String...) {
        let location = [.name("body")] + path.map(FacadeError.Fault.Step.name)
        faults.append(FacadeError.Fault(location: location, message: message, type: type))
    }
}
