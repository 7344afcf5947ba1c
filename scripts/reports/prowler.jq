# prowler --output-formats json-ocsf -> a test for each check and resource
flatten
| map({
    name: "\(.metadata.event_code) \(.resources[0].uid // "") \(.resources[0].region // "")",
    failure: (if .status_code == "FAIL" then "\(.severity): \(.status_detail // .message // "failed")" else null end)
  })
