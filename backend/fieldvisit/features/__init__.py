"""One folder per feature; a feature imports only from the kernel and from lower features."""
