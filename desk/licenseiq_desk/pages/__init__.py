"""The desk's pages: what people read, and where they sign. An application of its own, never beside the tools."""
