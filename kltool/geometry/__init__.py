"""Points, similarities, crop windows, the frame of the joint and the axes of the knee; numpy only."""
