# CloudQuery's tables ({"table": [rows]}) -> a test for each control. A control whose table is empty has no evidence
# behind it, so it fails: absence of proof is not proof.
def control($criterion; $claim; $table; holds):
  .[0][$table] as $rows
  | {
      name: "\($criterion) \($claim)",
      failure: (if ($rows // [] | length) == 0 then "no rows in \($table): nothing shows that this holds"
        else ([$rows[] | select(holds | not) | .arn // .name // .id // .bucket // .user // "unnamed"]
          | if length == 0 then null else "fails for \(unique | join(", "))" end) end)
    };
def some($criterion; $claim; $table; holds):
  .[0][$table] as $rows
  | {
      name: "\($criterion) \($claim)",
      failure: (if any(($rows // [])[]; holds) then null else "nothing in \($table) does" end)
    };
[
  some("CC7.2"; "a trail records every region, with log file validation"; "aws_cloudtrail_trails";
    .is_multi_region_trail == true and .log_file_validation_enabled == true),
  control("CC6.1"; "every user with a password has MFA"; "aws_iam_credential_reports";
    (.password_enabled | tostring) != "true" or .mfa_active == true),
  control("CC6.1"; "no access key is older than 90 days"; "aws_iam_credential_reports";
    (.access_key_1_active != true) or
      ((.access_key_1_last_rotated // "1970-01-01T00:00:00Z" | sub("\\.[0-9]+"; "") | sub("\\+00:00$"; "Z") | fromdate)
        > (now - 90 * 86400))),
  control("CC6.1"; "passwords have 14 characters or more"; "aws_iam_password_policies";
    (.minimum_password_length // 0) >= 14),
  control("CC6.7"; "no bucket is open to the public"; "aws_s3_bucket_public_access_blocks";
    .public_access_block_configuration
    | .BlockPublicAcls and .BlockPublicPolicy and .IgnorePublicAcls and .RestrictPublicBuckets),
  control("C1.1"; "every database is encrypted"; "aws_rds_instances"; .storage_encrypted == true),
  control("A1.2"; "every database keeps backups for 7 days"; "aws_rds_instances"; (.backup_retention_period // 0) >= 7),
  control("CC7.1"; "GuardDuty is on"; "aws_guardduty_detectors"; .status == "ENABLED")
]
