extension Migrations {
    static let files = ""
}
