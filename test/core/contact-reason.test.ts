import { expect, test } from 'vitest';

import { contactReason } from '../../src/core/contact-reason.ts';

test('D10, CASL: a lead from a form reads that, any other that it is on the list, whoever put it there', () => {
  expect(contactReason('Bakker & Zonen', { formId: 'contact' })).toBe(
    'You get this mail because your address was entered in a form of Bakker & Zonen.',
  );
  expect(contactReason('Bakker & Zonen', { formId: null })).toBe(
    'You get this mail because your address is on the contact list of Bakker & Zonen.',
  );
});
