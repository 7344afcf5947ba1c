# axe --save -> accessibility, in the shape of pa11y-ci
flatten
| (map({key: .url, value: [
    .violations[] | . as $rule | .nodes[] | {
      code: $rule.id, type: "error", typeCode: 1, message: "\($rule.help) (\($rule.helpUrl))",
      context: .html, selector: (.target | flatten | join(" ")), runner: "axe"
    }
  ]}) | from_entries) as $results
| {
    total: ($results | length), passes: ([$results[] | select(length == 0)] | length),
    errors: ([$results[] | length] | add // 0), results: $results
  }
