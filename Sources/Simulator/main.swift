/// Stands until the world does.
struct Placeholder {}
