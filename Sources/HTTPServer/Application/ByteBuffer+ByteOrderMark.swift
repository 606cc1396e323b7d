import NIOCore

extension ByteBuffer {
    /// Skips the mark that some editors and clients put in front of UTF-8.
    mutating func skipByteOrderMark() {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if readableBytesView.first == mark[0], readableBytesView.starts(with: mark) {
            moveReaderIndex(forwardBy: mark.count)
        }
    }
}
