# grype --output json -> container_scanning
include "gitlab";
.[0]
| ((.distro.name // "unknown") + ":" + (.distro.version // "unknown")) as $os
| report("container_scanning"; tool("grype"; "Grype"; "Anchore"); $at; [
    (.matches // [])[]
    | {
        id: "grype-\(.vulnerability.id)-\(.artifact.name)-\(.artifact.version)",
        name: "\(.vulnerability.id) in \(.artifact.name)",
        description: (.vulnerability.description // .vulnerability.id), severity: (.vulnerability.severity | severity),
        solution: (if .vulnerability.fix.versions // [] | length > 0
          then "Upgrade \(.artifact.name) to \(.vulnerability.fix.versions | join(" or "))" else "No fix is known" end),
        identifiers: [{type: (.vulnerability.id | cve_or("grype")), name: .vulnerability.id, value: .vulnerability.id}],
        location: {
          image: $image, operating_system: $os,
          dependency: {package: {name: .artifact.name}, version: .artifact.version}
        }
      }
  ])
