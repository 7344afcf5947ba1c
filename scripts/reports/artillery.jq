# artillery run --output -> load_performance: the shape of k6's --summary-export, which GitLab reads
.[0].aggregate
| .summaries["http.response_time"] as $time
| (.counters["http.requests"] // 0) as $requests
| (.counters["vusers.failed"] // 0) as $failed
| {
    metrics: {
      http_reqs: {count: $requests, rate: (.rates["http.request_rate"] // 0)},
      http_req_duration: {
        avg: ($time.mean // 0), min: ($time.min // 0), med: ($time.median // 0), max: ($time.max // 0),
        "p(90)": ($time.p90 // 0), "p(95)": ($time.p95 // 0)
      },
      vus: {value: (.counters["vusers.created"] // 0)},
      checks: {passes: ((.counters["vusers.completed"] // 0)), fails: $failed}
    }
  }
