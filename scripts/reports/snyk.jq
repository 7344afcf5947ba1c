# snyk test --json -> dependency_scanning
include "gitlab";
.[0]
| report("dependency_scanning"; tool("snyk"; "Snyk"; "Snyk"); $at; [
    (.vulnerabilities // [])[]
    | {
        id: "snyk-\(.id)-\(.packageName)-\(.version)",
        name: .title, description: .title, severity: (.severity | severity),
        identifiers: ([{type: "snyk", name: .id, value: .id}]
          + [(.identifiers.CVE // [])[] | {type: "cve", name: ., value: .}]),
        location: {file: "package-lock.json", dependency: {package: {name: .packageName}, version: .version}}
      }
  ])
| .dependency_files = []
