"""What the window costs its thread, by the processor's time, so that other work on the machine changes little."""
