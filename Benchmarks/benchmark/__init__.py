"""Measures the server over a real socket: load, a fast scripted model, and the figures of one table."""
