"""Tables of images and of readings: their columns, the OAI's headings, manifests, reading and writing."""
