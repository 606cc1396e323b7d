extension Migrations {
    static let embeddings = ""
}
