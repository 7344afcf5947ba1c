# lighthouse --output json -> browser_performance, for the project's own page
.[0]
| def milliseconds($id; $name):
    {name: $name, value: ((.audits[$id].numericValue // 0) * 100 | round / 100), desiredSize: "smaller"};
  [{
    subject: (.finalDisplayedUrl // .finalUrl // .requestedUrl | sub("^https?://[^/]+"; "")),
    metrics: (
      [.categories[] | {name: "\(.title) score", value: ((.score // 0) * 100 | round), desiredSize: "larger"}]
      + [milliseconds("first-contentful-paint"; "First contentful paint (ms)"),
         milliseconds("largest-contentful-paint"; "Largest contentful paint (ms)"),
         milliseconds("total-blocking-time"; "Total blocking time (ms)"),
         milliseconds("cumulative-layout-shift"; "Cumulative layout shift")])
  }]
