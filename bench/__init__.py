"""The measurements that the README quotes: `python -m bench`, and `python -m bench.kill`. Never installed."""
