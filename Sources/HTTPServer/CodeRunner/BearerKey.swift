/// A key that each request has to bring in its `Authorization`.
struct BearerKey: Sendable {
    private let bytes: [UInt8]

    init(_ key: String) { bytes = Array(key.utf8) }

    /// Takes equally long for all texts of a length, so that nobody finds the key out piece by piece.
    func isBrought(by authorization: String?) -> Bool {
        guard let authorization, authorization.utf8.count > 7, authorization.prefix(7).lowercased() == "bearer " else {
            return false
        }
        let brought = Array(authorization.utf8.dropFirst(7))
        var difference = brought.count ^ bytes.count
        for index in brought.indices { difference |= Int(brought[index] ^ bytes[index % bytes.count]) }
        return difference == 0
    }
}
