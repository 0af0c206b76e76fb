import { readFileSync } from 'node:fs';

import ts from 'typescript';

import { numbersIn } from './list.ts';

/** Whether a test that names a number runs everywhere, or only where the machine has what it needs. */
export type Standing = 'always' | 'where possible';

const CALLS = new Set(['test', 'it', 'describe']);
const NEVER = new Set(['skip', 'todo', 'fails']);
const PERHAPS = new Set(['skipIf', 'runIf']);

/** The numbers of the list that the tests of a file name, as `hardening 41 to 50, 57`. Tests that are skipped name none. */
export function numbersNamedIn(file: string): ReadonlyMap<number, Standing> {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const found = new Map<number, Standing>();
  const visit = (node: ts.Node, around: Standing | 'never'): void => {
    const named = ts.isCallExpression(node) ? namedCall(node) : null;
    const standing = named === null ? around : weaker(around, named.standing);
    if (named !== null && standing !== 'never')
      for (const name of [named.name, ...titlesOfRows(node)])
        for (const number of numbersIn(name)) if (found.get(number) !== 'always') found.set(number, standing);
    ts.forEachChild(node, (child) => {
      visit(child, standing);
    });
  };
  visit(source, 'always');
  return found;
}

function namedCall(call: ts.CallExpression): { name: string; standing: Standing | 'never' } | null {
  const words = calledWords(call.expression);
  const [base = ''] = words;
  const [title] = call.arguments;
  if (!CALLS.has(base) || title === undefined || !ts.isStringLiteralLike(title)) return null;
  const standing = words.some((word) => NEVER.has(word))
    ? 'never'
    : words.some((word) => PERHAPS.has(word))
      ? 'where possible'
      : 'always';
  return { name: title.text, standing };
}

/** Names that stand in the rows of an `each`. */
function titlesOfRows(node: ts.Node): readonly string[] {
  const titles: string[] = [];
  const visit = (inner: ts.Node): void => {
    if (ts.isStringLiteralLike(inner) && inner.text.startsWith('hardening ')) titles.push(inner.text);
    ts.forEachChild(inner, visit);
  };
  if (ts.isCallExpression(node) && ts.isCallExpression(node.expression))
    node.expression.arguments.forEach(visit);
  return titles;
}

/** `test.skipIf(x).each(rows)` is test, skipIf, each. */
function calledWords(expression: ts.Expression): readonly string[] {
  if (ts.isIdentifier(expression)) return [expression.text];
  if (ts.isPropertyAccessExpression(expression))
    return [...calledWords(expression.expression), expression.name.text];
  if (ts.isCallExpression(expression)) return calledWords(expression.expression);
  return ts.isTaggedTemplateExpression(expression) ? calledWords(expression.tag) : [];
}

function weaker(one: Standing | 'never', other: Standing | 'never'): Standing | 'never' {
  const order = ['never', 'where possible', 'always'] as const;
  return order[Math.min(order.indexOf(one), order.indexOf(other))] ?? 'never';
}
