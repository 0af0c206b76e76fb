import { describe, expect, test } from 'vitest';

import { returnDateIn } from '../../../src/core/inbound/return-date.ts';
import { RECEIVED_ON } from './mails.ts';

describe('E4: an absence holds until the day it names', () => {
  test.each([
    ['I am out of the office until 12 March.', '2026-03-12'],
    ['I will be back on Thursday, March 12th, 2026.', '2026-03-12'],
    ['Returning to the office on the 12th of March', '2026-03-12'],
    ['out of office till 2026-03-12', '2026-03-12'],
    ['I am back on 3/25.', '2026-03-25'],
    ['Ich bin bis zum 12. März nicht im Büro.', '2026-03-12'],
    ['Ich bin vom 1.3. bis 12.03.2026 im Urlaub.', '2026-03-12'],
    ['Ab dem 12.3. bin ich wieder erreichbar.', '2026-03-12'],
    ["Je suis absent jusqu'au 12 mars inclus.", '2026-03-12'],
    ['Je serai de retour le 12 mars 2026', '2026-03-12'],
    ['Estaré fuera hasta el 12 de marzo', '2026-03-12'],
    ['Sarò assente fino al 12 marzo', '2026-03-12'],
    ['Estarei ausente até 12 de março de 2026', '2026-03-12'],
    ['Ik ben afwezig tot en met 12 maart', '2026-03-12'],
    ['Wracam 12 marca', '2026-03-12'],
    ['Вернусь 12 марта', '2026-03-12'],
    ['3月12日まで休暇をいただいております', '2026-03-12'],
    ['2026年3月12日まで不在にしております', '2026-03-12'],
    ['I am away from 1 March to 12 March.', '2026-03-13'],
    ['I will be back on Monday.', '2026-03-09'],
    ['Ich bin ab Montag wieder da.', '2026-03-09'],
    ['I am back tomorrow.', '2026-03-06'],
    ['I return on 8 January.', '2027-01-08'],
  ])('%s', (text, date) => {
    // 8 January lies 309 days ahead: a date without a year that far away has passed.
    expect(returnDateIn(text, RECEIVED_ON)).toBe(date === '2027-01-08' ? null : date);
  });

  test('a year turns between the note and the return', () => {
    expect(returnDateIn('I am back on 5 January.', '2026-12-28')).toBe('2027-01-05');
  });

  test('of two readings of a date the sooner one holds', () => {
    expect(returnDateIn('back on 04/05/2026', RECEIVED_ON)).toBe('2026-04-05');
  });

  test.each([
    ['a date that has passed', 'I am out of the office until 1 March 2026.'],
    ['a date that does not exist', 'back on 31.02.2026'],
    ['a date years ahead', 'I am away until 12 March 2031'],
    ['a date that is about something else', 'Our next fair is on 12 March.'],
    ['a sentence that ended', 'I am back soon. Our shop opens on 12 March.'],
    ['a telephone number', 'Until then call +49 30 12.03.20.26'],
    ['no date', 'I am out of the office.'],
  ])('%s holds nothing', (_, text) => {
    expect(returnDateIn(text, RECEIVED_ON)).toBeNull();
  });
});

/** A Thursday, as in all rows below. */
function back(text: string): string | null {
  return returnDateIn(text, RECEIVED_ON);
}

describe('E4, hardening 139: the forms in which people write the day', () => {
  test.each([
    ['back 2026/3/12', '2026-03-12'],
    ['back 2026.03.12', '2026-03-12'],
    ['back 2026. 3. 12', '2026-03-12'],
    ['休暇は2026年3月12日までです', '2026-03-12'],
    ['お休みは3月12日までです', '2026-03-12'],
    ['10月12日まで', '2026-10-12'],
    ['我将于3月12号返回', '2026-03-12'],
    ['3월 12일까지 휴가입니다', '2026-03-12'],
    ['3월12일까지 휴가입니다', '2026-03-12'],
    ['2026년 3월 12일까지 부재중입니다', '2026-03-12'],
    ['2026년3월12일까지 부재중입니다', '2026-03-12'],
    ['bis 12.03.26', '2026-03-12'],
    ['bis 12. 03. 2026', '2026-03-12'],
    ['tot 12-03-2026', '2026-03-12'],
    ['tot 12-3-26', '2026-03-12'],
    ['back 25/3/26', '2026-03-25'],
    ['back 03/25/2026', '2026-03-25'],
    ['back 06/04/2026', '2026-04-06'],
    ['bis 12.3 weg', '2026-03-12'],
    ['bis 12.03. weg', '2026-03-12'],
    ['bis 12.03 weg', '2026-03-12'],
    ['back 12/3', '2026-03-12'],
    ['back 1st of April', '2026-04-01'],
    ['back 2nd Apr.', '2026-04-02'],
    ['back the 3rd of April, 2026', '2026-04-03'],
    ['de retour le 1er avril', '2026-04-01'],
    ['hasta el 12 de marzo de 2026', '2026-03-12'],
    ["fino al 12 d'aprile", '2026-04-12'],
    ['back 12 sep', '2026-09-12'],
    ['back 12 sept', '2026-09-12'],
    ['back on march the 12th', '2026-03-12'],
    ['back on Apr. 2nd, 2026', '2026-04-02'],
    ['back on Apr 2 2026', '2026-04-02'],
  ])('%s', (text, date) => {
    expect(back(text)).toBe(date);
  });

  test.each([
    'back 12026-03-12',
    'back 2026-03-123',
    'back 112/03/2026',
    'back 12/03/20261',
    'back 12/03/2031',
    'back 12-03.2026',
    'back 12/3%',
    'back 12.30:15',
    '2031年3月12日まで',
    'back 12 marching bands',
    'back supermarch 12',
    'back march 12:30',
    'back march 123',
    'back 2026-13-12',
    'back 31.02.2026',
  ])('%s is none', (text) => {
    expect(back(text)).toBeNull();
  });

  test('a date that does not exist does not hide one that does', () => {
    expect(back('back on 31.02.2026, no, 12.03.2026')).toBe('2026-03-12');
  });

  test('of several days away the last one counts, in whatever order they stand', () => {
    expect(back('back on 12 March, reachable until 10 March')).toBe('2026-03-12');
    expect(back('I am away 1 March-12 March')).toBe('2026-03-13');
    expect(back('I am away 6 March to 12 March and 8 March')).toBe('2026-03-13');
  });
});

describe('E4, hardening 139: a day counts when it can be meant', () => {
  test.each([
    ['back 5 March', '2026-03-05'],
    ['back 4 March', null],
    ['back 4 March 2026', null],
    // 300 days for a date without a year, 400 for one with it.
    ['back 30 December', '2026-12-30'],
    ['back 31 December', null],
    ['back 9 April 2027', '2027-04-09'],
    ['back 10 April 2027', null],
    ['back 31.12.2026', '2026-12-31'],
  ])('%s: %s', (text, date) => {
    expect(back(text)).toBe(date);
  });

  test.each([
    // A cue up to 70 characters before the date, and 8 behind it.
    [`back ${'z'.repeat(64)} 12 March`, '2026-03-12'],
    [`back ${'z'.repeat(65)} 12 March`, null],
    ['3月12日、、、、、、まで', '2026-03-12'],
    ['3月12日、、、、、、、まで', null],
    ['まで、3月12日', null],
    ['Our fair is on 12 March, then I am back', null],
    ['12 March', null],
    ['(12 March)', null],
    ['(until 12 March)', '2026-03-12'],
    // A cue is a word, or begins one.
    ['Reha: Rehab 12 March', null],
    ['Abwesend am 12. März', null],
    ['Ab 12. März', '2026-03-12'],
    ['Borta tills 12 mars', '2026-03-12'],
    ['Retorno el 12 de marzo', '2026-03-12'],
    // It belongs to its sentence.
    ['I am away. Back 12 March', '2026-03-12'],
    ['I am back soon! Our shop opens 12 March', null],
    ['Am I back soon? Our shop opens 12 March', null],
    ['I am back ca. 12 March', '2026-03-12'],
    ['I am back (see client.example) 12 March', '2026-03-12'],
  ])('%s: %s', (text, date) => {
    expect(back(text)).toBe(date);
  });

  test('of a long note the first 4,000 characters are read', () => {
    const note = 'back on 12 March';
    expect(back(note.padStart(4_000))).toBe('2026-03-12');
    expect(back(note.padStart(4_001))).toBeNull();
  });
});

describe('E4, hardening 139: a weekday is the next one, unless it only repeats a date', () => {
  test.each([
    ['back on Thursday', '2026-03-12'],
    ['back on Friday', '2026-03-06'],
    ['back on Wednesday', '2026-03-11'],
    ['back on Monday at 9', '2026-03-09'],
    ['back on Monday, afternoons 2 to 4', '2026-03-09'],
    ['月曜日から出社します', '2026-03-09'],
    ['明日から出社します', '2026-03-06'],
    ['Вернусь 6 марта', '2026-03-06'],
    ['Ich bin bis Ostermontag weg', null],
    ['See you Monday', null],
  ])('%s: %s', (text, date) => {
    expect(back(text)).toBe(date);
  });

  test.each([
    'back on Thursday 5 March',
    'back on Thursday,5 March',
    'back on Thursday the 5th of March',
    'ab Donnerstag den 5. März',
    'ab Donnerstag, dem 5. März',
    'ab Donnerstags 5. März',
    'de retour jeudi le 5 mars',
    'hasta el jueves el 5 de marzo',
    'fino a giovedì il 5 marzo',
    'back on Thursday March 5',
    'back on Thursday, Mar. 5',
    'до четверга 5 марта',
  ])('%s is today, not in a week', (text) => {
    expect(back(text)).toBe('2026-03-05');
  });

  test('the name of a month has three letters or up to nine', () => {
    expect(returnDateIn('back on Thursday May 7', '2026-05-07')).toBe('2026-05-07');
    expect(returnDateIn('back on Thursday September 3', '2026-09-03')).toBe('2026-09-03');
    expect(returnDateIn('zurück Donnerstagabend, den 3. September', '2026-09-03')).toBe('2026-09-03');
  });
});
