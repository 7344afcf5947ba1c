"""The gate prover. docs/gates.md tells how it works; the modules, in the order of that story:

world, text, texts, slug, changes: the unknowns of a pipeline. regex, nodes, charset, automaton, alphabet, machines,
joint, product, classes, pairs: the classes of texts. conditions, creation, made: which jobs exist. statuses, fates, certain:
what happens in time. solver, budget: deciding. prove: the questions. refute, witness, explore, replay, story, command:
showing what was found. claim, answer, blocked: what is asked and told.
"""
