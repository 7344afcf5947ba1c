# ZAP traditional-json -> dast
include "gitlab";
def parts: capture("^(?<host>https?://[^/]+)(?<path>.*)$");
.[0] as $zap
| report("dast"; tool("zap"; "ZAP"; "ZAP"); $at; [
    $zap.site[] | .alerts[] | . as $alert | .instances[:1][]
    | {
        id: "zap-\($alert.pluginid)-\($alert.alertRef // "")-\(.method)-\(.uri)-\(.param // "")",
        name: $alert.name, description: ($alert.desc // $alert.name | gsub("<[^>]*>"; "")),
        solution: ($alert.solution // "" | gsub("<[^>]*>"; "")),
        severity: (["Info", "Low", "Medium", "High"][$alert.riskcode | tonumber]),
        identifiers: ([{type: "zap", name: "ZAP \($alert.pluginid)", value: $alert.pluginid}]
          + (if ($alert.cweid // "-1") | tonumber > 0
             then [{type: "cwe", name: "CWE-\($alert.cweid)", value: $alert.cweid}] else [] end)),
        location: {
          hostname: (.uri | parts.host), path: (.uri | parts.path | split("?")[0]),
          method: .method, param: (.param // "")
        }
      }
  ])
| .scan.scanned_resources = ([$zap.site[].alerts[].instances[] | {method, url: .uri, type: "url"}] | unique)
