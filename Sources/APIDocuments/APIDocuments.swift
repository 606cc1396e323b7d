/// The documents that the server carries with it: a target of its own, as their bytes are compiled, which takes minutes,
/// and change far less often than the code that serves them.
package enum APIDocuments {
    /// What the API's description says, OpenAPI 3.1.
    package static var openAPI: [UInt8] { PackageResources.openapi_json }

    /// The page that shows it.
    package static var page: [UInt8] { PackageResources.docs_html }
}
