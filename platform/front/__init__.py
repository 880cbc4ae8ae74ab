"""TLS before the web process: half-close passes, which Python's own TLS transport loses."""
