/// An id of a resource: text on the wire (`thread_…`), a type of its own in the code.
///
/// Ids that callers bring are opaque: any text is kept as it is.
package struct Identifier<Resource>: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package init(_ rawValue: String) { self.rawValue = rawValue }

    package var description: String { rawValue }
}

extension Identifier {
    /// The id as an error may repeat it: callers may ask for ids of any length.
    package var shortened: String { rawValue.shortened(to: 100) }
}

extension Identifier: JSONWritable {
    package func write(to writer: inout JSONWriter) { writer.value(rawValue) }
}

/// A resource whose ids we make.
package protocol IdentifiedResource {
    /// What its ids begin with, the underscore included.
    static var idPrefix: String { get }
}
