import AssistantsAPI

/// What a backend answers to `POST /embeddings`.
struct EmbeddingAnswer {
    /// In the order of the texts.
    let vectors: [[Float]]

    /// Reads the answer to a request for `count` vectors, in whatever order they come.
    init(_ body: UnsafeRawBufferPointer, count: Int) throws(CallFailure) {
        var places = [[Float]?](repeating: nil, count: count)
        var entries = 0
        do {
            var cursor = JSONCursor(body)
            try cursor.forEachMember { (key, cursor) throws(JSONParsingError) in
                guard "data" ~= key, try cursor.kind() == .array else { return try cursor.skipValue() }
                try cursor.forEachElement { (cursor) throws(JSONParsingError) in
                    let (index, vector) = try Self.entry(&cursor)
                    let place = index ?? entries
                    if places.indices.contains(place) { places[place] = vector }
                    entries += 1
                }
            }
        } catch {
            throw .broken("The model backend's answer with embeddings cannot be read.")
        }
        // Some servers report a failure with status 200.
        if entries == 0, count > 0 { throw CallFailure(inAnswer: body) }
        let vectors = places.compactMap { $0 }
        guard entries == count, vectors.count == count else {
            throw .broken("The model backend gave \(entries) embeddings for \(count) texts.")
        }
        guard let length = vectors.first?.count, length > 0, vectors.allSatisfy({ $0.count == length }) else {
            throw .broken("The model backend gave embeddings of different lengths.")
        }
        guard vectors.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw .broken("The model backend gave embeddings that are no numbers.")
        }
        self.vectors = vectors
    }

    private static func entry(_ cursor: inout JSONCursor) throws(JSONParsingError) -> (index: Int?, vector: [Float]) {
        var index: Int?
        var vector: [Float] = []
        try cursor.forEachMember { (key, cursor) throws(JSONParsingError) in
            switch key {
            case "index": index = try cursor.optionalInteger()
            case "embedding":
                guard try cursor.kind() == .array else { return try cursor.skipValue() }
                vector.reserveCapacity(1536)
                try cursor.forEachElement { (cursor) throws(JSONParsingError) in
                    // Servers write NaN as null.
                    guard try cursor.kind() == .number else {
                        vector.append(.nan)
                        return try cursor.skipValue()
                    }
                    vector.append(try cursor.number().doubleValue.map { Float($0) } ?? .nan)
                }
            default: try cursor.skipValue()
            }
        }
        return (index, vector)
    }
}
