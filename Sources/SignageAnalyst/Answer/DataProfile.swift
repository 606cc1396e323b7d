/// The data in a text for the prompt of a language model.
struct DataProfile {
    private let analysis: SignageAnalysis

    init(of analysis: SignageAnalysis) { self.analysis = analysis }

    /// Characters that the whole text may have.
    static let maximumLength = 6000

    /// The longest text that fits: lists and names are shortened step by step.
    var text: String {
        for (rows, name) in [(40, 60), (24, 60), (15, 48), (10, 40), (6, 32), (4, 24), (2, 20), (1, 16)] {
            let text = ProfileText(analysis: analysis, maximumRows: rows, maximumName: name).text
            if text.count <= Self.maximumLength { return text }
        }
        let text = ProfileText(analysis: analysis, maximumRows: 1, maximumName: 12).text
        let note = "\n(cut here; ask for the rest)"
        return text.count <= Self.maximumLength ? text : text.prefix(Self.maximumLength - note.count) + note
    }
}
