import AssistantsAPI

/// The members of an object in the body of a request. Null counts as absent, except for `patch`.
struct RequestMembers {
    private let object: JSONObject
    /// Empty for the body itself.
    private let path: String

    /// Throws when the object has a member that is none of `names`.
    init(_ object: JSONObject, at path: String = "", knowing names: [String]) throws {
        self.object = object
        self.path = path
        for member in object.members where !names.contains(member.key) {
            throw OpenAIError.unknownParameter(Self.path(to: member.key, from: path))
        }
    }

    /// Nil when the member is absent or null.
    subscript(name: String) -> RequestValue? {
        guard let value = object[name], !value.isNull else { return nil }
        return RequestValue(value, at: Self.path(to: name, from: path))
    }

    func required(_ name: String) throws -> RequestValue {
        guard let value = self[name] else { throw OpenAIError.missing(Self.path(to: name, from: path)) }
        return value
    }

    /// What a modification does to the member, read by `read` when it is given.
    func patch<Value>(_ name: String, _ read: (RequestValue) throws -> Value) throws -> Patch<Value> {
        guard let value = object[name] else { return .unchanged }
        guard !value.isNull else { return .cleared }
        return .set(try read(RequestValue(value, at: Self.path(to: name, from: path))))
    }

    private static func path(to name: String, from path: String) -> String {
        path.isEmpty ? name : "\(path).\(name)"
    }
}
