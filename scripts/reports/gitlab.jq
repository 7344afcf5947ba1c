# What every GitLab security report shares (security report schemas 15.0).

def severity:
  ascii_downcase
  | {critical: "Critical", high: "High", medium: "Medium", moderate: "Medium", low: "Low", negligible: "Info",
     info: "Info", informational: "Info"}[.] // "Unknown";

# GitLab wants 2026-01-31T10:00:00, without a zone.
def moment:
  if . == "" then now | strftime("%Y-%m-%dT%H:%M:%S") else sub("(Z|[+-][0-9]{2}:?[0-9]{2})$"; "") end;

def tool($id; $name; $vendor): {id: $id, name: $name, version: "1", vendor: {name: $vendor}};

# A stable id, so that GitLab recognises a finding in the next report: no line numbers, no counters.
def stable: tostring | @base64 | gsub("[^A-Za-z0-9]"; "") | .[-120:];

def report($type; $tool; $at; $vulnerabilities):
  {
    version: "15.0.7",
    scan: {
      type: $type, analyzer: $tool, scanner: $tool, status: "success",
      start_time: ($at | moment), end_time: ("" | moment)
    },
    vulnerabilities: ($vulnerabilities | unique_by(.id))
  };

def cve_or($type): if test("^CVE-") then "cve" else $type end;
