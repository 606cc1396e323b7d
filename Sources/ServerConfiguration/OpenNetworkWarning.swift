extension ServerConfiguration {
    /// What to tell an operator whose server others can reach without a key; nil when none can.
    ///
    /// - Parameter asksForKey: Whether `/v1` asks for a key, be it because the store has one.
    package func openNetworkWarning(asksForKey: Bool) -> String? {
        guard !http.isLoopbackOnly else { return nil }
        if !asksForKey {
            return "asks for no key. Set API_KEYS or HOST=127.0.0.1, or let a proxy or firewall decide who may use it."
        }
        if !access.facadeAsksForKey {
            return "/api/v1 asks for no key. Set FACADE_AUTH=true, or let a proxy or firewall decide who may use it."
        }
        return nil
    }
}
