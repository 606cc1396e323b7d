import Hummingbird
enum P { }
