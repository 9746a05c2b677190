"""Many images: throughput, memory, kills, a cluster, the ledger: docs/results/batch.md and ledger.md."""
