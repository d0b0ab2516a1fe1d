// Makes a report with very many findings of one with a few, to see whether the pages made of it can be used.
//
//     node many.mjs report.json 1000 > many.json

import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
const many = Number(process.argv[3]);
const { findings, exchanges } = report;
report.findings = Array.from({ length: many }, (_, at) => {
  const finding = { ...findings[at % findings.length] };
  finding.id = `${finding.id}-${at}`;
  finding.grade = ["failure", "failure", "tolerable", "note"][at % 4];
  return finding;
});
report.exchanges = Object.fromEntries(
  report.findings.map((finding, at) => [finding.id, exchanges[findings[at % findings.length].id] ?? []]),
);
process.stdout.write(JSON.stringify(report));
