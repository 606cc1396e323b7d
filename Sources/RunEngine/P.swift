import ServiceLifecycle
enum P { }
