/// Whoever is told the words of a text, in their order.
protocol WordReceiver {
    /// A word of letters, digits and `_`, in lower case. `parts` are those of an identifier such as `max_connections` or
    /// `parseHeader`; none for other words.
    mutating func letters(_ word: UnsafeBufferPointer<UInt8>, parts: [Range<Int>])
    /// A Korean word, and the one before it if only spaces lie between.
    mutating func hangul(_ syllables: [UInt32], after previous: [UInt32])
    /// Chinese or Japanese, which has no ends of words.
    mutating func ideographs(_ characters: [UInt32])
}

/// Finds the words of a text as `SearchWord` does, some times faster where these are ASCII and Korean.
struct WordScanner {
    /// What is longer is no word, such as an image in base 64.
    private static let maximumLength = 64

    private var word: [UInt8] = []
    private var parts: [Range<Int>] = []
    private var partStart = 0
    private var syllables: [UInt32] = []
    /// The Korean word before, while there are only spaces behind it.
    private var previous: [UInt32] = []
    /// Whether the last character was of a word of letters: what follows is attached to it.
    private var followsLetters = false

    static func scan(_ text: String, into receiver: inout some WordReceiver) {
        var text = text
        text.withUTF8 { bytes in
            var scanner = WordScanner()
            scanner.scan(bytes, &receiver)
        }
    }

    private mutating func scan(_ text: UnsafeBufferPointer<UInt8>, _ receiver: inout some WordReceiver) {
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                index = ascii(text, from: index, &receiver)
            } else if let syllable = Self.syllable(in: text, at: index) {
                endLetters(&receiver)
                syllables.append(syllable)
                index += 3
            } else {
                index = other(text, from: index, &receiver)
            }
        }
        endLetters(&receiver)
        endHangul(&receiver)
    }

    // MARK: ASCII

    private mutating func ascii(
        _ text: UnsafeBufferPointer<UInt8>,
        from start: Int,
        _ receiver: inout some WordReceiver
    ) -> Int {
        var index = start
        var last: UInt8 = 0
        while index < text.count, Self.isWord(text[index]) {
            let byte = text[index]
            if byte == UInt8(ascii: "_") {
                endPart()
                partStart = word.count + 1
            } else if Self.isUpper(byte), Self.isLower(last) {
                endPart()
                partStart = word.count
            }
            word.append(Self.isUpper(byte) ? byte | 0x20 : byte)
            last = byte
            index += 1
        }
        if index > start {
            endHangul(&receiver)
            // Letters beyond ASCII go on with the word.
            if index == text.count || text[index] < 0x80 { endLetters(&receiver) }
            return index
        }
        endLetters(&receiver)
        endHangul(&receiver)
        followsLetters = false
        while index < text.count, text[index] < 0x80, !Self.isWord(text[index]) {
            if !Self.isSpace(text[index]) { previous.removeAll(keepingCapacity: true) }
            index += 1
        }
        return index
    }

    private mutating func endPart() {
        if word.count - partStart > 1 { parts.append(partStart..<word.count) }
    }

    private mutating func endLetters(_ receiver: inout some WordReceiver) {
        guard !word.isEmpty else { return }
        if partStart > 0 { endPart() }
        if word.count > Self.maximumLength {
            word.removeSubrange(Self.maximumLength...)
            parts.removeAll { $0.upperBound > Self.maximumLength }
        }
        word.withUnsafeBufferPointer { receiver.letters($0, parts: parts) }
        word.removeAll(keepingCapacity: true)
        parts.removeAll(keepingCapacity: true)
        partStart = 0
        previous.removeAll(keepingCapacity: true)
        followsLetters = true
    }

    // MARK: Korean

    private mutating func endHangul(_ receiver: inout some WordReceiver) {
        guard !syllables.isEmpty else { return }
        hangul(isAttached: followsLetters, &receiver)
        followsLetters = false
    }

    private mutating func hangul(isAttached: Bool, _ receiver: inout some WordReceiver) {
        // The particle of `API를` says nothing.
        if !(isAttached && KoreanParticles.isParticle(syllables)) {
            receiver.hangul(syllables, after: isAttached ? [] : previous)
        }
        swap(&previous, &syllables)
        syllables.removeAll(keepingCapacity: true)
    }

    private static func syllable(in text: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt32? {
        guard text[index] & 0xF0 == 0xE0, index + 2 < text.count else { return nil }
        let scalar =
            UInt32(text[index] & 0x0F) << 12 | UInt32(text[index + 1] & 0x3F) << 6 | UInt32(text[index + 2] & 0x3F)
        return 0xAC00...0xD7A3 ~= scalar ? scalar : nil
    }

    // MARK: Anything else

    /// Leaves what is not ASCII nor a Korean syllable, with the rest of its word, to `SearchWord`.
    private mutating func other(
        _ text: UnsafeBufferPointer<UInt8>,
        from start: Int,
        _ receiver: inout some WordReceiver
    ) -> Int {
        endHangul(&receiver)
        var end = start
        while end < text.count, text[end] >= 0x80 || Self.isWord(text[end]) { end += 1 }
        let stretch = String(decoding: word + text[start..<end], as: UTF8.self)
        word.removeAll(keepingCapacity: true)
        parts.removeAll(keepingCapacity: true)
        partStart = 0
        previous.removeAll(keepingCapacity: true)
        SearchWord.forEach(in: stretch) { found in
            switch found.script {
            case .letters: found.folded.withUnsafeBufferPointer { if !$0.isEmpty { receiver.letters($0, parts: []) } }
            case .ideographs: receiver.ideographs(found.scalars)
            case .hangul:
                syllables = found.scalars
                if !found.followsSpace { previous.removeAll(keepingCapacity: true) }
                hangul(isAttached: found.isAttached, &receiver)
            }
        }
        followsLetters = false
        return end
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "_")
    }

    private static func isUpper(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "A") < 26 }
    private static func isLower(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "a") < 26 }
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
}
