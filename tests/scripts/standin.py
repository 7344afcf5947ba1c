"""A stand-in for a vendor's tool: writes down how it was called, answers as the test says. Copied onto the PATH."""

import itertools
import json
import os
import re
import sys

name = os.path.basename(sys.argv[0])
home = os.environ["STANDIN_HOME"]
arguments = sys.argv[1:]
reads_input = any(a in {"-", "--password-stdin"} for a in arguments)
given = sys.stdin.read() if reads_input else ""

with open(f"{home}/calls.jsonl", "a") as log:
    log.write(json.dumps({"tool": name, "argv": arguments, "stdin": given}) + "\n")

with open(f"{home}/replies.json") as file:
    replies = json.load(file)[name]

for index, reply in enumerate(replies):
    if not re.search(reply["match"], " ".join(arguments) + "\n" + given):
        continue
    if reply["times"] is not None:
        counter = f"{home}/{name}.{index}"
        used = os.path.getsize(counter) if os.path.exists(counter) else 0
        if used >= reply["times"]:
            continue
        with open(counter, "a") as file:
            file.write("x")
    for path, text in reply["files"].items():
        for before, after in itertools.pairwise(arguments):
            path = path.replace("{" + before + "}", after)
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
    sys.stdout.write(re.sub(r"@(CI_\w+|GITLAB_\w+)@", lambda name: os.environ[name[1]], reply["stdout"]))
    sys.stderr.write(reply["stderr"])
    sys.exit(reply["exit"])
