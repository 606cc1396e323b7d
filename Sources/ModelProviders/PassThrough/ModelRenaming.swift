import AssistantsAPI
import NIOCore

/// Puts the backend's name for a model in the place of the one that a caller used, in a request's body of JSON.
package struct ModelRenaming: Sendable {
    /// Callers' names to the backend's.
    let aliases: [String: String]

    package init(aliases: [String: String]) { self.aliases = aliases }

    /// The body with the top member `model` renamed and every other byte as it was; unchanged when there is nothing to
    /// rename, or when it is no JSON object: the backend will say so.
    package func apply(to body: ByteBuffer) -> ByteBuffer {
        guard !aliases.isEmpty else { return body }
        let places = body.withUnsafeReadableBytes { (try? Self.places(in: $0)) ?? [] }
        guard places.contains(where: { aliases[$0.name] != nil }) else { return body }
        var renamed = ByteBuffer()
        var copied = 0
        for place in places {
            guard let name = aliases[place.name] else { continue }
            renamed.writeImmutableBuffer(body.slice(from: copied, to: place.range.lowerBound))
            renamed.writeBytes(JSONValue.string(name).jsonBytes)
            copied = place.range.upperBound
        }
        renamed.writeImmutableBuffer(body.slice(from: copied, to: body.readableBytes))
        return renamed
    }

    private typealias Place = (name: String, range: Range<Int>)

    /// Where the names of models stand; more than one where the member is doubled.
    private static func places(in bytes: UnsafeRawBufferPointer) throws(JSONParsingError) -> [Place] {
        var places: [Place] = []
        var cursor = JSONCursor(bytes)
        try cursor.forEachMember { (key, cursor) throws(JSONParsingError) in
            guard try key.string() == "model", try cursor.kind() == .string else {
                try cursor.skipValue()
                return
            }
            let start = cursor.offset
            places.append((try cursor.string(), start..<cursor.offset))
        }
        return places
    }
}

extension ByteBuffer {
    /// A part of what is readable, counted from its beginning.
    fileprivate func slice(from start: Int, to end: Int) -> ByteBuffer {
        getSlice(at: readerIndex + start, length: end - start) ?? ByteBuffer()
    }
}
