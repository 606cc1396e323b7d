import Foundation

/// An event as it stands in the bytes of a stream, valid only while it is being handed over.
package struct ServerSentEvent {
    /// Empty when the stream does not name the event.
    package let name: UnsafeRawBufferPointer
    /// The `data` lines, joined by line feeds.
    package let data: UnsafeRawBufferPointer

    package init(name: UnsafeRawBufferPointer, data: UnsafeRawBufferPointer) {
        self.name = name
        self.data = data
    }
}

/// Cuts a stream of bytes, which may be split anywhere, into server-sent events.
///
/// An event that lies in one chunk with one `data` line, as nearly all do, is handed over in place; only what spans
/// chunks or lines is copied. Lines end with LF, CR or CRLF.
package struct ServerSentEventDecoder {
    /// The longest line and the longest event that are accepted, in bytes.
    package static let maximumSize = 16 << 20

    /// The beginning of a line whose end has not come yet.
    private var line: [UInt8] = []
    /// What earlier chunks or lines brought of the event's name and data.
    private var name: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    /// A CR ended the last chunk: an LF at the start of the next belongs to it.
    private var skipsLineFeed = false
    private var isAtStart = true

    package typealias Receiver = (ServerSentEvent) throws(CallFailure) -> Void

    package init() {}

    package mutating func decode(_ chunk: UnsafeRawBufferPointer, receive: Receiver) throws(CallFailure) {
        guard !chunk.isEmpty else { return }
        var start = 0
        if skipsLineFeed {
            skipsLineFeed = false
            if chunk[0] == .lineFeed { start = 1 }
        }
        var here = EventInChunk()
        var nextLineFeed = chunk.position(of: .lineFeed, from: start)
        var nextReturn = chunk.position(of: .carriageReturn, from: start)
        while true {
            let end = min(nextLineFeed, nextReturn)
            guard end < chunk.count else { break }
            try endLine(chunk, start..<end, &here, receive)
            start = end + 1
            if end == nextReturn {
                if start == chunk.count { skipsLineFeed = true } else if start == nextLineFeed { start += 1 }
                nextReturn = chunk.position(of: .carriageReturn, from: start)
            }
            if nextLineFeed < start { nextLineFeed = chunk.position(of: .lineFeed, from: start) }
        }
        try keep(here, of: chunk)
        line.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[start...]))
        guard line.count <= Self.maximumSize else { throw .broken("The model backend sent a line without an end.") }
    }

    /// Hands over what is left when the stream ends. A last event without its blank line counts: some servers end so.
    package mutating func finish(receive: Receiver) throws(CallFailure) {
        let end: [UInt8] = line.isEmpty ? [.lineFeed] : [.lineFeed, .lineFeed]
        skipsLineFeed = false
        try end.withUnsafeBufferPointer { (bytes) throws(CallFailure) in
            try decode(UnsafeRawBufferPointer(bytes), receive: receive)
        }
    }

    /// The parts of the current event that lie in the chunk at hand, not copied yet.
    private struct EventInChunk {
        var name: Range<Int>?
        var data: Range<Int>?
    }

    private mutating func endLine(
        _ chunk: UnsafeRawBufferPointer,
        _ range: Range<Int>,
        _ here: inout EventInChunk,
        _ receive: Receiver
    ) throws(CallFailure) {
        guard line.isEmpty, !isAtStart else {
            line.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[range]))
            try endKeptLine(chunk, &here, receive)
            return
        }
        guard !range.isEmpty else {
            try dispatch(chunk, &here, receive)
            return
        }
        guard let field = Field(chunk, range) else { return }
        switch field.kind {
        case .name: here.name = field.value
        case .data:
            if hasData || here.data != nil {
                try keep(here, of: chunk)
                here = EventInChunk()
                try append(chunk[field.value])
            } else {
                here.data = field.value
            }
        }
    }

    /// Ends a line that began in an earlier chunk, or the very first, which may begin with a byte order mark.
    private mutating func endKeptLine(
        _ chunk: UnsafeRawBufferPointer,
        _ here: inout EventInChunk,
        _ receive: Receiver
    ) throws(CallFailure) {
        var whole = line
        line.removeAll(keepingCapacity: true)
        if isAtStart {
            isAtStart = false
            if whole.starts(with: [0xEF, 0xBB, 0xBF]) { whole.removeFirst(3) }
        }
        guard !whole.isEmpty else {
            try dispatch(chunk, &here, receive)
            return
        }
        try keep(here, of: chunk)
        here = EventInChunk()
        try whole.withUnsafeBufferPointer { (buffer) throws(CallFailure) in
            let bytes = UnsafeRawBufferPointer(buffer)
            guard let field = Field(bytes, 0..<bytes.count) else { return }
            switch field.kind {
            case .name: name = Array(bytes[field.value])
            case .data: try append(bytes[field.value])
            }
        }
    }

    private mutating func keep(_ here: EventInChunk, of chunk: UnsafeRawBufferPointer) throws(CallFailure) {
        if let range = here.name { name = Array(chunk[range]) }
        if let range = here.data { try append(chunk[range]) }
    }

    private mutating func append(_ bytes: Slice<UnsafeRawBufferPointer>) throws(CallFailure) {
        if hasData { data.append(.lineFeed) }
        hasData = true
        data.append(contentsOf: bytes)
        guard data.count <= Self.maximumSize else { throw .broken("The model backend sent an event without an end.") }
    }

    private mutating func dispatch(
        _ chunk: UnsafeRawBufferPointer,
        _ here: inout EventInChunk,
        _ receive: Receiver
    ) throws(CallFailure) {
        defer {
            here = EventInChunk()
            if hasData { data.removeAll(keepingCapacity: true) }
            if !name.isEmpty { name.removeAll(keepingCapacity: true) }
            hasData = false
        }
        if let range = here.data, name.isEmpty {
            let name = here.name.map { UnsafeRawBufferPointer(rebasing: chunk[$0]) }
            try receive(
                ServerSentEvent(
                    name: name ?? UnsafeRawBufferPointer(start: nil, count: 0),
                    data: UnsafeRawBufferPointer(rebasing: chunk[range])
                )
            )
            return
        }
        try keep(here, of: chunk)
        guard hasData else { return }
        try name.withUnsafeBufferPointer { (name) throws(CallFailure) in
            try data.withUnsafeBufferPointer { (data) throws(CallFailure) in
                try receive(
                    ServerSentEvent(name: UnsafeRawBufferPointer(name), data: UnsafeRawBufferPointer(data))
                )
            }
        }
    }
}

/// A line that says something; comments and unknown fields are none.
private struct Field {
    enum Kind { case name, data }

    let kind: Kind
    let value: Range<Int>

    init?(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        let kind: Kind
        var start = range.lowerBound
        if bytes.hasWord("data", at: range) {
            kind = .data
            start += 4
        } else if bytes.hasWord("event", at: range) {
            kind = .name
            start += 5
        } else {
            return nil
        }
        if start < range.upperBound {
            guard bytes[start] == UInt8(ascii: ":") else { return nil }
            start += 1
            if start < range.upperBound, bytes[start] == UInt8(ascii: " ") { start += 1 }
        }
        self.kind = kind
        value = start..<range.upperBound
    }
}

extension UInt8 {
    fileprivate static let lineFeed: UInt8 = 0x0A
    fileprivate static let carriageReturn: UInt8 = 0x0D
}

extension UnsafeRawBufferPointer {
    /// The offset of the first `byte` at or after `start`, or `count` when there is none.
    fileprivate func position(of byte: UInt8, from start: Int) -> Int {
        guard start < count, let base = baseAddress,
            let found = memchr(base + start, Int32(byte), count - start)
        else { return count }
        return UnsafeRawPointer(found) - base
    }

    fileprivate func hasWord(_ word: StaticString, at range: Range<Int>) -> Bool {
        guard range.count >= word.utf8CodeUnitCount, let base = baseAddress else { return false }
        return memcmp(base + range.lowerBound, word.utf8Start, word.utf8CodeUnitCount) == 0
    }
}
