# describe-stack-resource-drifts, one answer a stack -> a test for each resource
map(.StackResourceDrifts[])
| map({
    name: "\(.StackId | split("/")[1]) \(.LogicalResourceId)",
    failure: (if .StackResourceDriftStatus == "IN_SYNC" or .StackResourceDriftStatus == "NOT_CHECKED" then null
      else "\(.ResourceType) is \(.StackResourceDriftStatus): "
        + ([(.PropertyDifferences // [])[] | "\(.PropertyPath) \(.DifferenceType)"] | join(", ")) end)
  })
