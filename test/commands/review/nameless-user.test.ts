import { expect, test, vi } from 'vitest';

import { reviewDesk } from './desk-state.ts';

vi.mock(import('node:os'), async (original) => ({
  ...(await original()),
  // As on a machine whose passwd has no line for a service's user.
  userInfo: () => {
    throw new Error('A system error occurred: uv_os_get_passwd returned ENOENT');
  },
}));

test('F2: somebody without a name in passwd can approve, and is named by their number', async () => {
  const desk = reviewDesk();
  const id = desk.draft();
  const { code } = await desk.run(['review', 'approve', id], { env: { USER: '' } });
  expect(code).toBe(0);
  expect(desk.message(id).approvedBy).toBe(`uid ${String(process.geteuid?.())}`);
});
