"""Reading a log where it lies: programs of lazy expressions, run by the engine of the frame."""
