/// The terms of a chunk, as the index holds them: each once, by how often the chunk has it.
///
/// Terms are words; the parts of identifiers; of Korean words every two neighbouring syllables, also across a space, and
/// the word without its particle; of Chinese and Japanese every two characters.
struct ChunkTerms {
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

    /// Occurrences of terms.
    private(set) var count = 0
    private var table = TermTable()

    /// - Parameter name: of the file, whose words belong to each of its chunks.
    init(of text: String, name: String) {
        WordScanner.scan(text, into: &self)
        let ofText = count
        WordScanner.scan(name, into: &self)
        count = ofText
    }

    /// For each column its terms, in UTF-8 with spaces between.
    func columns() -> [UTF8Text] {
        var columns = [[UInt8]](repeating: [], count: Self.columnCount)
        table.forEach { term, frequency in
            let column = Self.column(of: frequency)
            columns[column].append(contentsOf: term)
            columns[column].append(UInt8(ascii: " "))
        }
        return columns.map(UTF8Text.init)
    }

    private static func column(of frequency: Int) -> Int {
        switch frequency {
        case ...3: max(0, frequency - 1)
        case 4...5: 3
        default: 4
        }
    }
}

extension ChunkTerms: WordReceiver {
    mutating func letters(_ word: UnsafeBufferPointer<UInt8>, parts: [Range<Int>]) {
        count += 1
        table.add(word)
        for part in parts { table.add(UnsafeBufferPointer(rebasing: word[part])) }
    }

    mutating func hangul(_ syllables: [UInt32], after previous: [UInt32]) {
        count += 1
        KoreanTerms.forEach(of: syllables) { table.add($0) }
        guard let first = syllables.first, let end = previous.last else { return }
        table.add([end, first])
        let stem = KoreanParticles.stem(of: previous)
        if let stemEnd = stem.last, stem.count < previous.count { table.add([stemEnd, first]) }
    }

    mutating func ideographs(_ characters: [UInt32]) {
        count += max(1, characters.count / 2)
        if characters.count == 1 { table.add(characters[...]) }
        for index in characters.indices.dropLast() { table.add(characters[index...index + 1]) }
    }
}

/// What a Korean word is found by.
enum KoreanTerms {
    /// Every two neighbouring syllables; the word without its particle if that has more than two; a word of one syllable,
    /// also where a particle makes two of it (`값을`).
    static func forEach(of syllables: [UInt32], _ body: (ArraySlice<UInt32>) -> Void) {
        if syllables.count == 1 { body(syllables[...]) }
        if syllables.count == 2, KoreanParticles.isParticle([syllables[1]]) { body(syllables[..<1]) }
        for index in syllables.indices.dropLast() { body(syllables[index...index + 1]) }
        let stem = KoreanParticles.stem(of: syllables)
        if stem.count > 2 { body(stem) }
    }
}
