"""What keeps the ledger: its sequencer, signed checkpoints, anchors, verification and backup. Every room may use it."""
