# npm audit --json -> dependency_scanning
include "gitlab";
.[0]
| report("dependency_scanning"; tool("npm-audit"; "npm audit"; "npm"); $at; [
    (.vulnerabilities // {})[] | .name as $package | .range as $range
    | .via[] | objects
    | {
        id: ("npm-\(.source)-\($package)"),
        name: .title, description: "\(.title) (\($package) \($range))", severity: (.severity | severity),
        identifiers: [{type: "npm_advisory", name: "npm advisory \(.source)", value: (.source | tostring), url: .url}],
        links: [{url: .url}],
        location: {file: "package-lock.json", dependency: {package: {name: $package}, version: $range}}
      }
  ])
| .dependency_files = []
