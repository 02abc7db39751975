"""What `python -m bench.decoders` is made of: sounds, peers, and one file for each kind of measurement."""
