"""TLS without a proxy: the certificate that is served, and a local authority that makes one."""
