import HTTPTypes

extension HTTPFields {
    /// What the subscript gives, without its index of names and its joining of values, which cost more than to look through
    /// the few fields of a request once.
    func value(of name: HTTPField.Name) -> String? {
        var found: String?
        for field in self where field.name == name {
            guard found == nil else { return self[name] }
            found = field.value
        }
        return found
    }
}
