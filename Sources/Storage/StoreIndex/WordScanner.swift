/// Whoever is told the words of a text, in their order.
protocol WordReceiver {
    /// A word of letters, digits and `_`, in lower case. `parts` are those of an identifier such as `max_connections` or
    /// `parseHeader`; none for other words.
    mutating func letters(_ word: UnsafeBufferPointer<UInt8>, parts: [Range<Int>])
    /// Words that nothing but one of `-./` joins, such as `E-2005` or `player.cache`, with `_` for that.
    mutating func compound(_ words: UnsafeBufferPointer<UInt8>)
    /// A Korean word, and the one before it if only spaces lie between.
    mutating func hangul(_ syllables: [UInt32], after previous: [UInt32])
    /// Chinese or Japanese, which has no ends of words.
    mutating func ideographs(_ characters: [UInt32])
}

/// Finds the words of a text as `SearchWord` does, some times faster where these are ASCII and Korean.
struct WordScanner {
    /// What is longer is no word, such as an image in base 64.
    private static let maximumLength = 64

    /// The word of letters under way, in lower case, and how many it has; of a long one the first of them.
    private let word: UnsafeMutableBufferPointer<UInt8>
    private var length = 0
    /// The words so far that may turn out to be a compound, how many bytes these have, and how many they are.
    private let compound: UnsafeMutableBufferPointer<UInt8>
    private var compoundLength = 0
    private var compoundWords = 0
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
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * maximumLength + 1) { memory in
                var scanner = WordScanner(memory)
                scanner.scan(bytes, &receiver)
            }
        }
    }

    private init(_ memory: UnsafeMutableBufferPointer<UInt8>) {
        word = UnsafeMutableBufferPointer(rebasing: memory[..<Self.maximumLength])
        compound = UnsafeMutableBufferPointer(rebasing: memory[Self.maximumLength...])
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
        while index < text.count {
            let byte = text[index]
            let lowered = byte | 0x20
            if lowered &- UInt8(ascii: "a") < 26 {
                if lowered != byte, Self.isLower(last) { beginPart(at: length) }
                append(lowered)
            } else if byte &- UInt8(ascii: "0") < 10 {
                append(byte)
            } else if byte == UInt8(ascii: "_") {
                beginPart(at: length + 1)
                append(byte)
            } else {
                break
            }
            last = byte
            index += 1
        }
        if index > start {
            endHangul(&receiver)
            // Letters beyond ASCII go on with the word.
            if index == text.count || text[index] < 0x80 {
                join(goesOn: Self.joins(text, at: index), &receiver)
                endLetters(&receiver)
            }
            return index
        }
        endLetters(&receiver)
        endHangul(&receiver)
        followsLetters = false
        while index < text.count, text[index] < 0x80, !Self.isWord(text[index]) {
            if !Self.isSpace(text[index]) { forgetPrevious() }
            index += 1
        }
        return index
    }

    /// Adds the word to the compound that it may be a part of, which ends with it or not.
    private mutating func join(goesOn: Bool, _ receiver: inout some WordReceiver) {
        guard goesOn || compoundWords > 0 else { return }
        if compoundLength + length < Self.maximumLength {
            for index in 0..<length { compound[compoundLength + index] = word[index] }
            compoundLength += length
            compound[compoundLength] = UInt8(ascii: "_")
            compoundLength += 1
            compoundWords += 1
        }
        guard !goesOn else { return }
        if compoundWords > 1 { receiver.compound(UnsafeBufferPointer(rebasing: compound[..<(compoundLength - 1)])) }
        (compoundLength, compoundWords) = (0, 0)
    }

    /// Whether a word ends at `index` that is joined with the next one.
    private static func joins(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        guard index + 1 < text.count else { return false }
        let byte = text[index]
        let isJoint = byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")
        return isJoint && isWord(text[index + 1])
    }

    @inline(__always)
    private mutating func append(_ byte: UInt8) {
        guard length < Self.maximumLength else { return }
        word[length] = byte
        length += 1
    }

    private mutating func beginPart(at start: Int) {
        endPart()
        partStart = start
    }

    private mutating func endPart() {
        if length - partStart > 1 { parts.append(partStart..<length) }
    }

    private mutating func endLetters(_ receiver: inout some WordReceiver) {
        guard length > 0 else { return }
        if partStart > 0 { endPart() }
        receiver.letters(UnsafeBufferPointer(rebasing: word[..<length]), parts: parts)
        forgetWord()
        forgetPrevious()
        followsLetters = true
    }

    private mutating func forgetWord() {
        length = 0
        guard partStart > 0 else { return }
        parts.removeAll(keepingCapacity: true)
        partStart = 0
    }

    private mutating func forgetPrevious() {
        if !previous.isEmpty { previous.removeAll(keepingCapacity: true) }
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
        let stretch = String(decoding: Array(word[..<length]) + text[start..<end], as: UTF8.self)
        forgetWord()
        forgetPrevious()
        (compoundLength, compoundWords) = (0, 0)
        SearchWord.forEach(in: stretch) { found in
            switch found.script {
            case .letters: found.folded.withUnsafeBufferPointer { if !$0.isEmpty { receiver.letters($0, parts: []) } }
            case .ideographs: receiver.ideographs(found.scalars)
            case .hangul:
                syllables = found.scalars
                if !found.followsSpace { forgetPrevious() }
                hangul(isAttached: found.isAttached, &receiver)
            }
        }
        followsLetters = false
        return end
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "_")
    }

    private static func isLower(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "a") < 26 }
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
}
