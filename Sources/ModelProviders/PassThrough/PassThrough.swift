import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The way to whatever the model backend serves beyond what the server asks of it itself: requests go on as they are,
/// with the backend's key in place of the caller's.
package struct PassThrough: Sendable {
    let backend: OpenAIBackend
    private let renaming: ModelRenaming

    /// - Parameter modelAliases: callers' names for models to the backend's.
    package init(_ backend: OpenAIBackend, modelAliases: [String: String]) {
        self.backend = backend
        renaming = ModelRenaming(aliases: modelAliases)
    }

    /// Whether a body of JSON is to be read whole, as the name of its model may have to be replaced.
    package var renamesModels: Bool { !renaming.aliases.isEmpty }

    /// A body of JSON as the backend wants it: with its own name of the model.
    package func renamed(_ body: ByteBuffer) -> ByteBuffer { renaming.apply(to: body) }

    /// A call that is not made yet.
    package func call() -> PassThroughCall { PassThroughCall(backend: backend) }
}
