// The vectors of the corpus against an issuer in JavaScript, or against any command that speaks the lines of `exec:`.
//
// Frozen vectors need nothing else: `node --test` holds example-issuer.mjs against them, or with VCISPEC_EXEC='COMMAND' that
// command; VCISPEC_ENDPOINTS='credential deferred' says which endpoints it has, if not all. Symbolic vectors are signed by
// `vcispec replay`: VCISPEC_BIN names it, VCISPEC_ISSUER a command that is a whole issuer. Copy this file, and put your issuer
// for `inProcess`.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import * as corpus from 'vcispec-corpus';
import { DEFECTS, Issuer } from './example-issuer.mjs';

const { VCISPEC_EXEC, VCISPEC_BIN, VCISPEC_ISSUER } = process.env;
const { VCISPEC_ENDPOINTS = VCISPEC_EXEC ? 'credential deferred token' : 'credential' } = process.env;
const endpoints = VCISPEC_ENDPOINTS.split(' ');
const vectors = [...corpus.frozen()].filter(({ test: { endpoint } }) => endpoints.includes(endpoint));

/** What the issuer of this language answers: status and body. */
function inProcess(setup, { state, request }, defects = []) {
  const issuer = new Issuer(setup, state, defects);
  return issuer.handle(request.method, request.path, request.headers, corpus.body(request));
}

/** A command that answers lines, one after the other. */
class Command {
  lines = 0;

  constructor(command) {
    this.child = spawn(command, { shell: true, stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdin.on('error', () => {});
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async answer(setup, { state, request }) {
    await this.ask({ control: 'remember', setup, state });
    const { method, path, headers } = request;
    const line = { method, path, headers, body_base64: corpus.body(request).toString('base64') };
    const { status, body_base64 = '' } = await this.ask(line);
    return { status, body: Buffer.from(body_base64, 'base64') };
  }

  async ask(line) {
    const id = ++this.lines;
    const overdue = setTimeout(() => this.child.kill(), 10_000);
    this.child.stdin.write(`${JSON.stringify({ id, ...line })}\n`);
    const { value } = await this.answers.next();
    clearTimeout(overdue);
    const answer = JSON.parse(value ?? '{"error":"it said nothing"}');
    assert.ok(answer.error === undefined && answer.id === id, JSON.stringify(answer));
    return answer;
  }
}

/** Nothing if the answer is one that the vector allows. */
function whyWrong(vector, { status, body }) {
  if (corpus.isAllowed(vector, status, body)) return undefined;
  const expected = JSON.stringify(vector.expected);
  return `${vector.comment} expected ${expected}, got ${status} ${body.toString().slice(0, 300)}`;
}

describe('frozen vectors', () => {
  const command = VCISPEC_EXEC && new Command(VCISPEC_EXEC);
  after(() => command?.child.stdin.end());
  for (const { setup, test: vector } of vectors) {
    test(vector.id, async () => {
      const answer = await (command ? command.answer(setup, vector) : inProcess(setup, vector));
      assert.equal(whyWrong(vector, answer), undefined);
    });
  }
});

describe('frozen vectors find a bug', { skip: VCISPEC_EXEC && 'the bugs are those of the example' }, () => {
  const most = { 'nonce-unchecked': 'proof-claims', 'proof-signature-unchecked': 'proof-signature', 'token-audience-unchecked': 'minted' };
  for (const defect of Object.keys(DEFECTS)) {
    test(defect, async () => {
      const wrong = {};
      for (const { setup, test: vector } of vectors) {
        const [topic] = vector.id.split('/');
        if (whyWrong(vector, await inProcess(setup, vector, [defect]))) wrong[topic] = (wrong[topic] ?? 0) + 1;
      }
      const [first] = Object.entries(wrong).sort(([, one], [, other]) => other - one);
      assert.equal(first?.[0], most[defect], JSON.stringify(wrong));
    });
  }
});

/** The rules that `vcispec replay` finds broken with the symbolic vectors of a topic, or with all. */
async function replay(topic, ...flags) {
  const folder = await mkdtemp(join(tmpdir(), 'vcispec-'));
  const command = [VCISPEC_ISSUER, ...flags].join(' ');
  const vectors = topic ? join(corpus.folder(), `${topic}.json`) : corpus.folder();
  const arguments_ = ['replay', vectors, `exec:${command}`, '--report', 'json', '--report-dir', folder];
  const done = (resolve) => execFile(VCISPEC_BIN, arguments_, (error, _, words) => resolve({ code: error?.code ?? 0, words }));
  const { code, words } = await new Promise(done);
  assert.ok(code === 0 || code === 1, words);
  const { findings } = JSON.parse(await readFile(join(folder, 'report.json')));
  await rm(folder, { recursive: true });
  return findings.map((finding) => finding.invariant);
}

describe('symbolic vectors', { skip: !VCISPEC_ISSUER && 'needs vcispec and a whole issuer' }, () => {
  test('all', async () => assert.deepEqual(await replay(), []));
  for (const [topic, defect, rule] of [
    ['proof', 'nonce-unchecked', 'proof/nonce-is-the-c-nonce-of-this-token'],
    ['access-token', 'token-replay-accepted', 'access-token/single-use'],
    ['token-request', 'pin-unchecked', 'token/pin-checked'],
  ]) {
    test(defect, async () => assert.ok((await replay(topic, '--defect', defect)).includes(rule)));
  }
});
