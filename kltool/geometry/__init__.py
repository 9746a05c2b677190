"""Points, maps of the plane, windows and frames of the joint, and the knee's own axes; numpy only."""
