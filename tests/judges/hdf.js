// The status of every control of an HDF file as Heimdall shows it: inspecjs is the parser that Heimdall uses.
const { readFileSync } = require('fs');
const { convertFile, contextualizeEvaluation } = require('inspecjs');
const result = convertFile(readFileSync(process.argv[2], 'utf8'), true);
const execution = contextualizeEvaluation(result['1_0_ExecJson'] || result.v1_0 || Object.values(result)[0]);
const shown = {};
for (const profile of execution.contains) {
  for (const control of profile.contains) {
    shown[control.data.id] = { status: control.hdf.status, severity: control.hdf.severity, waived: control.hdf.waived, nist: control.hdf.rawNistTags };
  }
}
console.log(JSON.stringify(shown));
