// The vectors of vcispec: symbolic ones, which `vcispec replay` signs anew, and frozen ones, to the byte.
// README.md of the corpus describes the members of a vector, ebsi-v3/frozen/README.md those of a frozen one.

import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** The folder of a profile. */
export function folder(profile = 'ebsi-v3') {
  return fileURLToPath(new URL(`../${profile}`, import.meta.url));
}

/** The names of the files; of the frozen ones with kind 'frozen'. */
export function topics(kind = '', profile = 'ebsi-v3') {
  const names = readdirSync(join(folder(profile), kind)).filter((name) => name.endsWith('.json'));
  return names.map((name) => name.slice(0, -'.json'.length)).sort();
}

/** A file as it is: load('proof'), or load('frozen/token'). */
export function load(topic, profile = 'ebsi-v3') {
  return JSON.parse(readFileSync(join(folder(profile), `${topic}.json`), 'utf8'));
}

/** The vectors of a topic, or all. */
export function* vectors(topic, profile = 'ebsi-v3') {
  for (const name of topic === undefined ? topics('', profile) : [topic]) {
    for (const group of load(name, profile).testGroups) yield* group.tests;
  }
}

/** The frozen vectors of a topic, or all: each `{ setup, test }`, with the setup of its file. */
export function* frozen(topic, profile = 'ebsi-v3') {
  for (const name of topic === undefined ? topics('frozen', profile) : [topic]) {
    const { setup, tests } = load(`frozen/${name}`, profile);
    for (const test of tests) yield { setup, test };
  }
}

/** The bytes of a frozen request's body. */
export function body(request) {
  return 'bodyBase64' in request ? Buffer.from(request.bodyBase64, 'base64') : Buffer.from(request.body, 'utf8');
}

/** Whether a frozen vector allows this answer. */
export function isAllowed(test, status, body) {
  const answer = object(body);
  const has = (name) => Object.hasOwn(answer, name);
  return test.expected.some(
    (kind) =>
      kind.status.includes(status) &&
      (!kind.error || (has('error') && kind.error.includes(answer.error))) &&
      (!kind.holds || kind.holds.some(has)) &&
      !(kind.lacks ?? []).some(has),
  );
}

/** The object that the bytes are as JSON, or one without members. */
function object(bytes) {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
