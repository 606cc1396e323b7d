extension Migrations {
    static let vectorStores = ""
}
