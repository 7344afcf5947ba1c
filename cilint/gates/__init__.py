"""The gate prover: string classes, encoding, counterexample, replay."""
