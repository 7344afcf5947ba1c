# trufflehog --json -> secret_detection. The secret itself (Raw, RawV2, Redacted) stays behind.
include "gitlab";
report("secret_detection"; tool("trufflehog"; "TruffleHog"; "Truffle Security"); $at; [
    .[] | select(.SourceMetadata)
    | .SourceMetadata.Data.Git as $git
    | {
        id: ("trufflehog-" + ([.DetectorName, $git.commit, $git.file, $git.line] | stable)),
        name: "\(.DetectorName) secret", severity: "Critical",
        description: "A \(.DetectorName) secret\(if .Verified then " that works" else "" end): revoke it, then remove it",
        identifiers: [{type: "trufflehog_detector", name: "TruffleHog \(.DetectorName)", value: .DetectorName}],
        location: {file: $git.file, start_line: $git.line, commit: {sha: $git.commit, author: $git.email}}
      }
  ])
