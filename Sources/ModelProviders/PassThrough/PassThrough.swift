import NIOCore

/// The way to whatever the model backend serves beyond what the server asks of it itself: requests go on as they are,
/// with the backend's key in place of the caller's.
package struct PassThrough: Sendable {
    let backend: OpenAIBackend
    private let renaming: ModelRenaming
    private let patience: Patience

    /// - Parameters:
    ///   - modelAliases: callers' names for models to the backend's.
    ///   - longestAnswer: how long making an answer may take. One that is not streamed begins only when it is made, so
    ///     its beginning is waited for as long, or for the time-out of the first byte where that is longer.
    package init(_ backend: OpenAIBackend, modelAliases: [String: String], longestAnswer: Duration) {
        self.backend = backend
        let configuration = backend.configuration
        patience = Patience(
            firstByte: TimeAmount(max(configuration.firstByteTimeout, longestAnswer)),
            // What streams may think in the middle of its answer as long as before it.
            idle: TimeAmount(max(configuration.firstByteTimeout, configuration.idleTimeout))
        )
        renaming = ModelRenaming(aliases: modelAliases)
    }

    /// Whether a body of JSON is to be read whole, as the name of its model may have to be replaced.
    package var renamesModels: Bool { !renaming.aliases.isEmpty }

    /// A body of JSON as the backend wants it: with its own name of the model.
    package func renamed(_ body: ByteBuffer) -> ByteBuffer { renaming.apply(to: body) }

    /// A call that is not made yet.
    package func call() -> PassThroughCall { PassThroughCall(backend: backend, patience: patience) }
}
