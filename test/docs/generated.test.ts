import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { parseSequenceToml } from '../../src/config/sequence-toml.ts';
import { parseStepFile } from '../../src/config/step-file.ts';
import { COMMANDS } from '../../src/commands/registry.ts';
import { COMMAND_EXITS, COMMON_EXITS } from '../../scripts/docs/command-exits.ts';
import { generatedFiles, SCHEMA_FOLDER } from '../../scripts/docs/pages.ts';
import { SEQUENCE_TABLES, STEP_HEADERS, type KeyText } from '../../scripts/docs/sequence-keys.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILES = generatedFiles();

describe('what is made from the code', () => {
  test.each([...FILES.keys()])('%s is committed as `npm run docs` writes it now', (file) => {
    expect(readFileSync(join(ROOT, file), 'utf8')).toBe(FILES.get(file));
  });

  test('no schema is left of a document that nothing prints any more', () => {
    const names = readdirSync(join(ROOT, SCHEMA_FOLDER)).map((name) => `${SCHEMA_FOLDER}/${name}`);
    expect(names.filter((name) => !FILES.has(name))).toEqual([]);
  });

  test('every command has a schema for its document and an entry for its exits, and no other has', () => {
    const paths = COMMANDS.map(({ path }) => path);
    expect(Object.keys(COMMAND_EXITS).toSorted()).toEqual(paths.toSorted());
    const titles = [...FILES]
      .filter(([file]) => file.startsWith(SCHEMA_FOLDER))
      .map(([, text]) => titleOf(text));
    for (const { path, schema } of COMMANDS) expect(titles, path).toContain(schema);
    for (const [path, exits] of Object.entries(COMMAND_EXITS)) {
      expect(
        exits.filter((name) => COMMON_EXITS.includes(name)),
        path,
      ).toEqual([]);
    }
  });
});

describe('the keys of sequence.toml in the reference are those that the parser takes', () => {
  const { HEAD, TRIGGER, SEND, WINDOW, STEP } = SEQUENCE_TABLES;

  test.each([
    ['at the top', HEAD.keys, '', ['trigger', 'send', 'step']],
    ['in [trigger]', TRIGGER.keys, '[trigger]', []],
    ['in [send]', SEND.keys, '[send]', []],
    ['in a window', WINDOW.keys, '[send.window]', []],
    ['in [[step]]', STEP.keys, '[[step]]\nid = "a"\nafter = "0d"', []],
  ])('%s', (_where, keys, heading, tables) => {
    const documented = [...keys.map(({ key }) => key), ...tables].toSorted();
    expect(keysTaken(heading)).toEqual(documented);
  });

  test.each([
    ['', HEAD.keys],
    ['[[step]]\nid = "a"\nafter = "0d"', STEP.keys],
  ])('with the words that each takes, below %j', (heading, keys) => {
    for (const { key, choices } of withChoices(keys)) {
      const [problem] = problemsOf(`${heading}\n${key} = "zzzzzzzz"\n`).filter(({ message }) =>
        message.includes(key),
      );
      expect(problem?.message, key).toContain(`expected one of ${choices.join(', ')}`);
    }
  });
});

describe('the headers of a step file in the reference are those that the parser takes', () => {
  test('by name', () => {
    const [problem] = parseStepFile({ file: 'a.md', text: 'Qqqqqqqq: x\n\ntext' }).problems;
    expect(problem?.fix).toContain(`the headers are ${STEP_HEADERS.map(({ key }) => key).join(', ')};`);
  });

  test('with the words that each takes', () => {
    for (const { key, choices } of withChoices(STEP_HEADERS)) {
      const [problem] = parseStepFile({
        file: 'a.md',
        text: `Subject: x\n${key}: zzzzzzzz\n\ntext`,
      }).problems;
      expect(problem?.message, key).toContain(`expected one of ${choices.join(', ')}`);
    }
  });
});

function titleOf(schema: string): unknown {
  return (JSON.parse(schema) as Readonly<Record<string, unknown>>)['title'];
}

function problemsOf(text: string) {
  return parseSequenceToml({ id: 'a', file: 'sequences/a/sequence.toml', text }, new Set()).problems;
}

/** The parser answers an unknown key that resembles none with the list of those it knows. */
function keysTaken(heading: string): readonly string[] {
  const problem = problemsOf(`${heading}\nqqqqqqqqqqqqqqqq = 1\n`).find(({ code }) => code === 'unknown_key');
  const list = /^the keys here are (.+)$/.exec(problem?.fix ?? '')?.[1] ?? '';
  return list.split(', ').toSorted();
}

function withChoices(keys: readonly KeyText[]): readonly Required<Pick<KeyText, 'key' | 'choices'>>[] {
  return keys.flatMap(({ key, choices }) =>
    choices === undefined || choices.includes('true') ? [] : [{ key, choices }],
  );
}
