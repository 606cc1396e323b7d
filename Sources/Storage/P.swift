import GRDB
enum P { static let x = Database.self }
