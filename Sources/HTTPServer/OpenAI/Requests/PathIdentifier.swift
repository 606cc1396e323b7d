import AssistantsAPI
import Foundation
import Hummingbird

extension APIRequestContext {
    /// An id in the path of a request. It may have any form: whoever looks it up finds it or not.
    func pathID<Resource: IdentifiedResource>(_ name: String) throws -> Identifier<Resource> {
        Identifier(try parameters.require(name).percentDecoded)
    }
}

extension String {
    /// The text with its percent escapes undone; as it is when they are malformed. The router splits paths before that,
    /// so that an escaped slash stays part of an id.
    var percentDecoded: String { utf8.contains(UInt8(ascii: "%")) ? removingPercentEncoding ?? self : self }
}
