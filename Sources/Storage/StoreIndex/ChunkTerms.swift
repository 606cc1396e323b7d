/// Finds the terms of chunks, as the index holds them: each once, by how often the chunk has it.
///
/// Terms are words; the parts of identifiers; identifiers that are made of words; of Korean words every two neighbouring
/// syllables, also across a space; of Chinese and Japanese every two characters.
struct ChunkTerms {
    /// By which rules terms are found. To be raised whenever a text gets other terms than before: indexes are then made anew when
    /// they are opened (`OutdatedTerms`).
    static let rules = 1

    /// Columns of the index.
    private static let columnCount = 5

    /// How often a chunk has the terms of a column, as the ranking counts it.
    static func frequency(ofColumn column: UInt8) -> Float {
        switch column {
        case 0...2: Float(column) + 1
        case 3: 4.5
        default: 8
        }
    }

    private static func column(of frequency: Int) -> Int {
        switch frequency {
        case ...3: max(0, frequency - 1)
        case 4...5: 3
        default: 4
        }
    }

    private let table = TermTable()
    private var count = 0

    /// The terms of a chunk for each column, in UTF-8 with spaces between, and how many words the chunk has.
    ///
    /// - Parameter name: of the file, whose words belong to each of its chunks.
    mutating func terms(of text: String, name: String) -> (columns: [UTF8Text], count: Int) {
        table.removeAll()
        WordScanner.scan(name, into: &self)
        count = 0
        WordScanner.scan(text, into: &self)
        return (columns(), count)
    }

    /// The terms that the table has.
    private func columns() -> [UTF8Text] {
        var ends = [Int](repeating: 0, count: Self.columnCount)
        table.visit { term, frequency in ends[Self.column(of: frequency)] += term.count + 1 }
        for column in ends.indices.dropFirst() { ends[column] += ends[column - 1] }
        var next = [0] + ends.dropLast()
        let bytes = [UInt8](unsafeUninitializedCapacity: ends[Self.columnCount - 1]) { buffer, count in
            table.visit { term, frequency in
                let column = Self.column(of: frequency)
                let start = next[column]
                for index in term.indices { buffer[start + index] = term[index] }
                buffer[start + term.count] = UInt8(ascii: " ")
                next[column] = start + term.count + 1
            }
            count = buffer.count
        }
        return ends.indices.map { column in UTF8Text(bytes[(column > 0 ? ends[column - 1] : 0)..<ends[column]]) }
    }
}

extension ChunkTerms: WordReceiver {
    mutating func letters(_ word: UnsafeBufferPointer<UInt8>, parts: [Range<Int>]) {
        count += 1
        table.add(word)
        for part in parts { table.add(UnsafeBufferPointer(rebasing: word[part])) }
    }

    mutating func compound(_ words: UnsafeBufferPointer<UInt8>) { table.add(words) }

    mutating func hangul(_ syllables: [UInt32], after previous: [UInt32]) {
        count += 1
        if syllables.count == 1 { table.add(syllables[...]) }
        // A word of one syllable with its particle (`값을`).
        if syllables.count == 2, KoreanParticles.isParticle([syllables[1]]) { table.add(syllables[..<1]) }
        for index in syllables.indices.dropLast() { table.add(syllables[index], syllables[index + 1]) }
        guard let first = syllables.first, let end = previous.last else { return }
        table.add(end, first)
        let previousStem = KoreanParticles.stem(of: previous)
        if let stemEnd = previousStem.last, previousStem.count < previous.count { table.add(stemEnd, first) }
    }

    mutating func ideographs(_ characters: [UInt32]) {
        count += max(1, characters.count / 2)
        if characters.count == 1 { table.add(characters[...]) }
        for index in characters.indices.dropLast() { table.add(characters[index], characters[index + 1]) }
    }
}
