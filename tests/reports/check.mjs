// Holds the reports in a folder against the schemas of their formats: SARIF 2.1.0 and HAR 1.2 as others publish them, JUnit
// as junit.xsd has it, report.json as this repository publishes it.
//
//     node check.mjs FOLDER

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import Ajv from "ajv";
import { validateXML } from "xmllint-wasm";

const require = createRequire(import.meta.url);
const har = require("har-schema");
const folder = process.argv[2];
const text = (name) => readFileSync(join(folder, name), "utf8");
const problems = [];

// HAR and SARIF use older drafts of JSON Schema, each with its own name for the identifier.
const ajv = new Ajv({ schemaId: "auto", unknownFormats: "ignore", allErrors: true });
ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-04.json"));
ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-06.json"));

function hold(name, validate) {
  const document = JSON.parse(text(name));
  if (!validate(document)) {
    problems.push(...validate.errors.slice(0, 10).map((one) => `${name}: ${one.dataPath} ${one.message}`));
  }
  return document;
}

const sarifSchema = require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
const sarif = hold("vcispec.sarif", ajv.compile(sarifSchema));

for (const schema of Object.values(har)) ajv.addSchema(schema);
const archive = hold("vcispec.har", ajv.getSchema(har.har.$id));

const xsd = { fileName: "junit.xsd", contents: readFileSync(new URL("junit.xsd", import.meta.url), "utf8") };
const xml = { fileName: "junit.xml", contents: text("junit.xml") };
const junit = await validateXML({ xml: [xml], schema: [xsd] });
problems.push(...junit.errors.slice(0, 10).map((one) => `junit.xml: ${one.message}`));

// A check that lets everything pass is none: each format is spoilt once.
const spoilt = [
  ["SARIF", ajv.compile(sarifSchema)({ ...sarif, version: "2.0.0" })],
  ["HAR", ajv.getSchema(har.har.$id)({ log: { ...archive.log, entries: [{}] } })],
  ["JUnit", (await validateXML({
    xml: [{ fileName: "bad.xml", contents: xml.contents.replace("<testcase ", "<testcase bogus=\"1\" ") }],
    schema: [xsd],
  })).valid],
];
problems.push(...spoilt.filter(([, passed]) => passed).map(([name]) => `${name}: a spoilt report passes`));

if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
const results = sarif.runs[0].results.length;
console.log(`${folder}: ${results} results, ${archive.log.entries.length} entries, all as their schemas say`);
