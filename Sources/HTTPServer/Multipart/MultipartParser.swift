import Foundation
import NIOCore

/// Takes a form (`multipart/form-data`) apart as its bytes come in, wherever they are cut. It keeps no more of them than a
/// part's headers, or what may be the beginning of a boundary.
package struct MultipartParser {
    package enum Event: Sendable, Equatable {
        case part(PartHeader)
        /// More of the part's content.
        case content(ByteBuffer)
        case partEnded
    }

    /// Bytes of a part's headers at most.
    package static let headerLimit = 64 << 10
    /// Parts of a form at most; there is no field that comes more than once.
    package static let partLimit = 64
    /// Bytes before the first boundary at most. They mean nothing.
    private static let preambleLimit = 64 << 10
    /// Spaces and tabs behind a boundary at most.
    private static let paddingLimit = 256

    private enum State {
        case preamble(skipped: Int)
        /// A boundary has been read, and not what follows it.
        case boundary
        case headers
        /// The headers have been read, and not the end of the empty line behind them.
        case beforeContent
        case content
        /// The last boundary has been read: what follows means nothing.
        case ended
    }

    /// What parts the form: a line's end, two hyphens and the boundary.
    private let delimiter: [UInt8]
    private var state = State.preamble(skipped: 0)
    private var partCount = 0
    /// What has come and is not read. The first boundary need not begin a line of its own, so one is put before it.
    private var buffer = ByteBuffer(string: "\r\n")

    package init(boundary: String) { delimiter = Array("\r\n--\(boundary)".utf8) }

    /// Takes in the next bytes.
    package mutating func receive(_ bytes: ByteBuffer) {
        if case .ended = state { return }
        guard buffer.readableBytes > 0 else {
            buffer = bytes
            return
        }
        // What was read would stay in memory otherwise.
        buffer.discardReadBytes()
        buffer.writeImmutableBuffer(bytes)
    }

    /// What the bytes tell next; nil when more of them are needed.
    package mutating func next() throws(MultipartFault) -> Event? {
        while true {
            switch state {
            case .preamble(let skipped):
                guard try skipPreamble(skipped) else { return nil }
            case .boundary:
                guard try endBoundaryLine() else { return nil }
            case .headers: return try readHeaders().map { .part($0) }
            case .beforeContent:
                guard skipLineEnd() else { return nil }
            case .content: return readContent()
            case .ended: return nil
            }
        }
    }

    /// Throws when the form has not come to its end.
    package func finish() throws(MultipartFault) {
        switch state {
        case .ended: return
        case .preamble: throw .boundaryNotFound
        case .boundary, .headers, .beforeContent, .content: throw .endsEarly
        }
    }

    // MARK: Steps

    /// Returns whether the first boundary has been found.
    private mutating func skipPreamble(_ skipped: Int) throws(MultipartFault) -> Bool {
        if let offset = delimiterOffset() {
            buffer.moveReaderIndex(forwardBy: offset + delimiter.count)
            state = .boundary
            return true
        }
        let sure = max(0, buffer.readableBytes - delimiter.count + 1)
        guard skipped + sure <= Self.preambleLimit else { throw .boundaryNotFound }
        buffer.moveReaderIndex(forwardBy: sure)
        state = .preamble(skipped: skipped + sure)
        return false
    }

    /// Returns whether the rest of a boundary's line has been read.
    private mutating func endBoundaryLine() throws(MultipartFault) -> Bool {
        let view = buffer.readableBytesView
        guard view.count >= 2 else { return false }
        if view.starts(with: "--".utf8) {
            state = .ended
            buffer = ByteBuffer()
            return true
        }
        let padding = view.prefix { $0 == 0x20 || $0 == 0x09 }.count
        guard padding <= Self.paddingLimit else { throw .malformedBoundaryLine }
        let rest = view.dropFirst(padding)
        guard rest.count >= 2 else {
            guard rest.first ?? 0x0D == 0x0D else { throw .malformedBoundaryLine }
            return false
        }
        guard rest.starts(with: "\r\n".utf8) else { throw .malformedBoundaryLine }
        // The line's end stays: a part without headers goes on with another one.
        buffer.moveReaderIndex(forwardBy: padding)
        state = .headers
        return true
    }

    private mutating func readHeaders() throws(MultipartFault) -> PartHeader? {
        let end = buffer.withUnsafeReadableBytes { Self.offset(of: Self.headersEnd, in: $0) }
        guard let end, end <= Self.headerLimit else {
            guard buffer.readableBytes <= Self.headerLimit else { throw .headersTooLong(limit: Self.headerLimit) }
            return nil
        }
        partCount += 1
        guard partCount <= Self.partLimit else { throw .tooManyParts(limit: Self.partLimit) }
        let header = try PartHeader(lines: buffer.readableBytesView.prefix(end).dropFirst(2))
        // The second line's end stays: it may be that of a boundary, when there is no content.
        buffer.moveReaderIndex(forwardBy: end + 2)
        state = .beforeContent
        return header
    }

    /// Returns whether the content begins, be it an empty one.
    private mutating func skipLineEnd() -> Bool {
        guard buffer.readableBytes >= delimiter.count else { return false }
        if !buffer.readableBytesView.starts(with: delimiter) { buffer.moveReaderIndex(forwardBy: 2) }
        state = .content
        return true
    }

    private mutating func readContent() -> Event? {
        let offset = delimiterOffset()
        if offset == 0 {
            buffer.moveReaderIndex(forwardBy: delimiter.count)
            state = .boundary
            return .partEnded
        }
        let sure = offset ?? buffer.readableBytes - delimiter.count + 1
        guard sure > 0 else { return nil }
        return buffer.readSlice(length: sure).map { .content($0) }
    }

    // MARK: Searching

    private static let headersEnd = Array("\r\n\r\n".utf8)

    private func delimiterOffset() -> Int? {
        buffer.withUnsafeReadableBytes { Self.offset(of: delimiter, in: $0) }
    }

    /// Where `pattern`, which begins with a carriage return, is found first.
    private static func offset(of pattern: [UInt8], in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = bytes.baseAddress else { return nil }
        var offset = 0
        while bytes.count - offset >= pattern.count {
            let candidates = bytes.count - offset - pattern.count + 1
            guard let found = memchr(start + offset, 0x0D, candidates) else { return nil }
            offset = UnsafeRawPointer(found) - start
            if memcmp(found, pattern, pattern.count) == 0 { return offset }
            offset += 1
        }
        return nil
    }
}
