import { describe, expect, it } from 'vitest';

import { inheritedSubject, replySubject, threadFrom, type EarlierMail } from '../../src/core/thread.ts';

function mail(name: string, startsThread = false): EarlierMail {
  return { messageIdHeader: `<${name}@x.example>`, subject: name, startsThread, conversationId: null };
}

function step(subject: string): { readonly copy: { readonly subject: string } } {
  return { copy: { subject } };
}

describe('D6: later steps are replies in the thread unless the step starts a new one', () => {
  it('answers the last mail and names all of the thread, oldest first', () => {
    expect(threadFrom([mail('one', true), mail('two'), mail('three')])).toEqual({
      inReplyTo: '<three@x.example>',
      references: ['<one@x.example>', '<two@x.example>', '<three@x.example>'],
      subject: 'one',
      conversationId: null,
    });
  });

  it('leaves the mails of an earlier thread out', () => {
    const thread = threadFrom([mail('one', true), mail('two'), mail('three', true), mail('four')]);
    expect(thread).toMatchObject({
      references: ['<three@x.example>', '<four@x.example>'],
      subject: 'three',
    });
  });

  it('has nothing to answer before anything left, even where the first step was never sent', () => {
    expect(threadFrom([])).toBeNull();
    expect(threadFrom([mail('two')])).toMatchObject({ inReplyTo: '<two@x.example>', subject: 'two' });
  });

  it('names a mail once that left twice under one id, and goes on in the conversation of the last one', () => {
    const [one, two] = [mail('one', true), { ...mail('two'), conversationId: 'c-2' }];
    expect(threadFrom([one, one, two])).toMatchObject({
      references: ['<one@x.example>', '<two@x.example>'],
      conversationId: 'c-2',
    });
  });

  it('keeps the first and the newest of a very long thread, so that no server cuts it where it likes', () => {
    const mails = Array.from({ length: 60 }, (_, index) => mail(String(index), index === 0));
    const references = threadFrom(mails)?.references ?? [];
    expect(references).toHaveLength(20);
    expect([references[0], references[1], references.at(-1)]).toEqual([
      '<0@x.example>',
      '<41@x.example>',
      '<59@x.example>',
    ]);
  });
});

describe('a reply without a subject of its own', () => {
  it('bears that of its thread, with one prefix', () => {
    expect(replySubject('A question')).toBe('Re: A question');
    expect(replySubject('RE: A question')).toBe('RE: A question');
    expect(replySubject(' re: A question')).toBe(' re: A question');
    expect(replySubject('More: a question')).toBe('Re: More: a question');
  });

  it('bears that of the nearest step before it while nothing has left that it could answer', () => {
    const steps = [step('first'), step('second'), step(''), step('')];
    expect(inheritedSubject(steps, steps[3]!)).toBe('second');
    expect(inheritedSubject([step('')], steps[0]!)).toBe('');
  });

  it('never bears the subject of a step that comes after it', () => {
    const steps = [step('first'), step(''), step('a new thread')];
    expect(inheritedSubject(steps, steps[1]!)).toBe('first');
  });
});
