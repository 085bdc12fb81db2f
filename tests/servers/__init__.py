"""Real servers for tests: started on loopback, on free ports, and stopped by whoever started them."""
