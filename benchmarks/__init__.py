"""What README's figures are made with: one run, one machine, rivals beside us on the same rows."""
