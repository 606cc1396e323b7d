import HummingbirdCore
import NIOCore

/// The end of a request's body at which the connection puts in what comes. It says when its reader does not keep up.
struct RequestBodySource {
    private typealias Producer = NIOThrowingAsyncSequenceProducer<
        ByteBuffer, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, Delegate
    >

    /// Tells the bodies of a connection apart.
    let number: Int
    private let source: Producer.Source

    /// - Parameter reader: hears when it may read on. To be called on its event loop.
    static func make(
        _ number: Int,
        for reader: RequestReader,
        on eventLoop: any EventLoop
    ) -> (RequestBody, RequestBodySource) {
        let producer = Producer.makeSequence(
            elementType: ByteBuffer.self,
            failureType: (any Error).self,
            // Buffers of one read, 64 KB at most.
            backPressureStrategy: .init(lowWatermark: 2, highWatermark: 8),
            finishOnDeinit: true,
            delegate: Delegate(number: number, reader: NIOLoopBound(reader, eventLoop: eventLoop), eventLoop: eventLoop)
        )
        return (
            RequestBody(asyncSequence: producer.sequence), RequestBodySource(number: number, source: producer.source)
        )
    }

    /// Returns whether more is wanted.
    @discardableResult
    func yield(_ bytes: ByteBuffer) -> Bool {
        switch source.yield(bytes) {
        case .produceMore, .dropped: true
        case .stopProducing: false
        }
    }

    func finish() { source.finish() }

    func finish(_ error: any Error) { source.finish(error) }

    private struct Delegate: NIOAsyncSequenceProducerDelegate {
        let number: Int
        let reader: NIOLoopBound<RequestReader>
        let eventLoop: any EventLoop

        func produceMore() { eventLoop.execute { reader.value.readOn(number) } }

        func didTerminate() { eventLoop.execute { reader.value.discard(number) } }
    }
}
