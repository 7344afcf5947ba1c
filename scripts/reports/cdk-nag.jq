# cdk-nag's *-NagReport.json (NagReportFormat.JSON) -> a test for each rule and resource.
# A suppressed rule passes and says why: the reason is in the report, beside this one.
map(.lines[])
| map({
    name: "\(.ruleId) \(.resourceId)",
    failure: (if .compliance == "Non-Compliant" and .ruleLevel == "Error" then .ruleInfo else null end)
  })
