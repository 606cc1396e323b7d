import AssistantsAPI

/// Links to the files of answers as clients of the facade can follow them: where an answer of the Assistants API has a path of
/// the sandbox and an annotation that says which file it stands for, the facade has a URL; where it has a figure as a part of its own,
/// the facade has a picture of Markdown in the text, since its clients know texts alone.
struct FacadeFileLinks: Sendable {
    /// The prefix under which a proxy shows the server; or empty.
    let prefix: String

    /// The path at which a file is read, from the host on.
    func url(of file: String) -> String { "\(prefix)/api/v1/files/\(file)/content" }

    /// The content of a message with its links, as JSON.
    func json(of message: Message) -> String {
        let content = message.content
        guard content.escapedText == nil else { return content.json }
        let parts = content.parts
        let shown = shown(parts, by: message.role)
        return shown == parts ? content.json : Message.Content(parts: shown).json
    }

    /// The text of a message with its links.
    func text(of message: Message) -> String {
        let content = message.content
        guard content.escapedText == nil else { return content.plainText }
        return Message.Content(parts: shown(content.parts, by: message.role)).plainText
    }

    /// A piece of text that is being written. A link that comes with its file is a piece of its own, and so is a figure.
    func text(of delta: StreamEvent.ContentDelta) -> String {
        if delta.kind == .imageFile { return picture(of: delta.text) }
        guard let annotation = delta.annotation?.annotation, annotation.kind == .filePath, !delta.text.isEmpty else {
            return delta.text
        }
        return url(of: annotation.fileID)
    }

    private func picture(of file: String) -> String { "![figure](\(url(of: file)))\n\n" }

    /// What an assistant drew stands at the head of the text that follows it. Images of users stay what they are: their
    /// files are not given out.
    private func shown(_ parts: [Message.Part], by role: Message.Role) -> [Message.Part] {
        guard role == .assistant else { return parts.map(linked) }
        var shown: [Message.Part] = []
        var pictures = ""
        for part in parts {
            switch part {
            case .imageFile(let id, _): pictures += picture(of: id)
            case .text(let text):
                shown.append(.text(linked(text).preceded(by: pictures)))
                pictures = ""
            case .imageURL, .refusal: shown.append(part)
            }
        }
        if !pictures.isEmpty { shown.append(.text(Message.Text(pictures))) }
        return shown
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

extension Message.Text {
    fileprivate func preceded(by start: String) -> Message.Text {
        guard !start.isEmpty else { return self }
        let shift = start.unicodeScalars.count
        let moved = annotations.map { annotation in
            var annotation = annotation
            annotation.range = (annotation.range.lowerBound + shift)..<(annotation.range.upperBound + shift)
            return annotation
        }
        return Message.Text(start + value, annotations: moved)
    }
}
