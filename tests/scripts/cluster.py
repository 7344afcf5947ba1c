"""A stand-in for kubectl with a small cluster behind it, so that tests can ask where the traffic goes in the end."""

import json
import os
import re
import sys

home = os.environ["STANDIN_HOME"]
arguments = sys.argv[1:]
line = " ".join(arguments)

with open(f"{home}/calls.jsonl", "a") as log:
    log.write(json.dumps({"tool": "kubectl", "argv": arguments, "stdin": ""}) + "\n")
with open(f"{home}/cluster.json") as file:
    state = json.load(file)


def end(text="", code=0):
    with open(f"{home}/cluster.json", "w") as out:
        json.dump(state, out)
    sys.stdout.write(text)
    sys.exit(code)


def refuse(text):
    sys.stderr.write(text + "\n")
    end(code=1)


for number, failure in enumerate(state["failures"]):
    if re.search(failure["match"], line) and failure["times"] > 0:
        state["failures"][number]["times"] -= 1
        refuse(f"kubectl: told to fail: {line}")


def named(kind, name):
    if name not in state[kind]:
        refuse(f'Error from server (NotFound): {kind} "{name}" not found')
    return state[kind][name]


match arguments:
    case ["get", "deployment", name, "--output", path] if "image" in path:
        end(named("deployment", name)["image"])
    case ["get", "deployment", name, "--output", path] if "annotations" in path:
        end(named("deployment", name).get("release", ""))
    case ["get", "deployment", name, "--output", "jsonpath={.spec.replicas}"]:
        end(str(named("deployment", name)["replicas"]))
    case ["get", "ingress", name, "--output", path] if "canary-weight" in path:
        end(str(named("ingress", name)["weight"]))
    case ["get", "service", name, "--output", "jsonpath={.spec.selector.colour}"]:
        end(named("service", name)["colour"])
    case ["get", "--raw", path]:
        end("ok")
    case ["config", "view", *_]:
        end("payments")
    case ["config", "set-context", *_]:
        pass
    case ["annotate", "ingress", name, value, "--overwrite"]:
        named("ingress", name)["weight"] = value.split("=")[1]
    case ["annotate", "deployment", name, value, "--overwrite"]:
        named("deployment", name)["release"] = value.split("=")[1]
    case ["set", "image", target, value]:
        deployment = named("deployment", target.split("/")[1])
        deployment["former"], deployment["image"] = deployment["image"], value.split("=", 1)[1]
    case ["scale", target, "--replicas", count]:
        named("deployment", target.split("/")[1])["replicas"] = int(count)
    case ["rollout", "status", target, *_]:
        named("deployment", target.split("/")[1])
    case ["rollout", "undo", target, *_]:
        deployment = named("deployment", target.split("/")[1])
        deployment["image"], deployment["former"] = deployment["former"], deployment["image"]
    case ["patch", "service", name, "--patch", text]:
        named("service", name)["colour"] = json.loads(text)["spec"]["selector"]["colour"]
    case _:
        refuse(f"kubectl stand-in does not know: {line}")
end()
