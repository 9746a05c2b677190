"""What the networks learn from: knees of the OAI and simulated ones, and the variants made of them."""
