import AssistantsAPI

/// Links to the files of answers as clients of the facade can follow them: where an answer of the Assistants API has a path of
/// the sandbox and an annotation that says which file it stands for, the facade has a URL.
struct FacadeFileLinks: Sendable {
    /// The prefix under which a proxy shows the server; or empty.
    let prefix: String

    /// The path at which a file is read, from the host on.
    func url(of file: String) -> String { "\(prefix)/api/v1/files/\(file)/content" }

    /// The content of a message with its links, as JSON.
    func json(of content: Message.Content) -> String {
        guard content.escapedText == nil else { return content.json }
        let parts = content.parts
        let linked = parts.map(linked)
        return linked == parts ? content.json : Message.Content(parts: linked).json
    }

    /// The text of a message with its links.
    func text(of content: Message.Content) -> String {
        content.escapedText == nil ? Message.Content(parts: content.parts.map(linked)).plainText : content.plainText
    }

    /// A piece of text that is being written. A link that comes with its file is a piece of its own.
    func text(of delta: StreamEvent.ContentDelta) -> String {
        guard let annotation = delta.annotation?.annotation, annotation.kind == .filePath, !delta.text.isEmpty else {
            return delta.text
        }
        return url(of: annotation.fileID)
    }

    private func linked(_ part: Message.Part) -> Message.Part {
        guard case .text(let text) = part, text.annotations.contains(where: { $0.kind == .filePath }) else {
            return part
        }
        return .text(linked(text))
    }

    /// The text with URLs in place of paths, and with annotations that fit it.
    private func linked(_ text: Message.Text) -> Message.Text {
        let scalars = Array(text.value.unicodeScalars)
        var written = String.UnicodeScalarView()
        var end = 0
        var annotations: [Message.Annotation] = []
        for var annotation in text.annotations.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            guard annotation.range.lowerBound >= end, annotation.range.upperBound <= scalars.count else { continue }
            written.append(contentsOf: scalars[end..<annotation.range.lowerBound])
            let start = written.count
            if annotation.kind == .filePath {
                annotation.text = url(of: annotation.fileID)
                written.append(contentsOf: annotation.text.unicodeScalars)
            } else {
                written.append(contentsOf: scalars[annotation.range])
            }
            end = annotation.range.upperBound
            annotation.range = start..<written.count
            annotations.append(annotation)
        }
        written.append(contentsOf: scalars[end...])
        return Message.Text(String(written), annotations: annotations)
    }
}
