# [{"name": ..., "failure": text or null}, ...] -> JUnit XML
def xml: tostring | gsub("[\u0000-\u0008\u000b\u000c\u000e-\u001f]"; "") | @html;
"<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
"<testsuites><testsuite name=\"\($name | xml)\" tests=\"\(length)\" failures=\"\(map(select(.failure)) | length)\">",
(.[] | if .failure
  then "<testcase classname=\"\($name | xml)\" name=\"\(.name | xml)\">"
    + "<failure message=\"\(.failure | xml)\"/></testcase>"
  else "<testcase classname=\"\($name | xml)\" name=\"\(.name | xml)\"/>" end),
"</testsuite></testsuites>"
