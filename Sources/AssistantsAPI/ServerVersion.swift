/// The version of this server, as `--version`, `GET /`, the health check and the API description tell it.
package enum ServerVersion {
    package static let current = "0.1.0"
}
