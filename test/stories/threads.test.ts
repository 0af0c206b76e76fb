import { expect, it } from 'vitest';

import { approveAndSend, bringPeople, startUp } from '../sim/living.ts';
import { DAY_MS } from '../sim/rules.ts';
import { sequence } from '../sim/scenery.ts';
import type { World } from '../sim/world.ts';
import { storyWorld } from './story-world.ts';

const TUESDAY = Date.UTC(2026, 1, 17, 9);

const FOUR_STEPS = {
  ...sequence('website-lead', {
    head: 'status = "active"',
    trigger: 'source = ["form:*"]',
    steps: [
      ['welcome', 'after = "0d"'],
      ['nudge', 'after = "1d"'],
      ['own-words', 'after = "1d"'],
      ['other-matter', 'after = "1d"\nthread = "new"'],
      ['last', 'after = "1d"'],
    ],
  }),
  'website-lead/welcome.md': 'Subject: A question, {{ first_name | default: "friend" }}\n\nIs it time?\n',
  'website-lead/nudge.md': 'Mode: fixed\n\nDid you see my question?\n',
  'website-lead/last.md': 'Mode: fixed\n\nShall I close this?\n',
};

/** The headers of the mails in the outbox, in the order in which they left. */
function mails(world: World): readonly Readonly<Record<string, string>>[] {
  return [...world.mails()].sort().map((name) => {
    const [head = ''] = world.read(`outbox/${name}`).split('\r\n\r\n');
    const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
    const headers: Record<string, string> = {};
    for (const line of lines) headers[line.slice(0, line.indexOf(': '))] = line.slice(line.indexOf(': ') + 2);
    return headers;
  });
}

async function nextMail(world: World): Promise<void> {
  await world.run(['drip'], { isTimer: true });
  await approveAndSend(world);
  world.clock.advance(DAY_MS + 60_000);
}

it('D6: later steps answer the mail before them under its subject, until a step starts a thread of its own', async () => {
  const world = await storyWorld({ now: TUESDAY - DAY_MS, sequences: FOUR_STEPS });
  await startUp(world);
  await bringPeople(world, 1);
  for (let mail = 0; mail < 5; mail += 1) await nextMail(world);

  const [welcome, nudge, own, other, last] = mails(world);
  const ids = [welcome, nudge, own, other, last].map((mail) => mail?.['Message-ID']);
  expect(welcome).not.toHaveProperty('In-Reply-To');
  expect(nudge).toMatchObject({
    Subject: 'Re: A question, friend',
    'In-Reply-To': ids[0],
    References: ids[0],
  });
  expect(own).toMatchObject({
    Subject: 'website-lead own-words',
    'In-Reply-To': ids[1],
    References: `${ids[0]} ${ids[1]}`,
  });
  expect(other).not.toHaveProperty('In-Reply-To');
  expect(last).toMatchObject({
    Subject: 'Re: website-lead other-matter',
    'In-Reply-To': ids[3],
    References: ids[3],
  });
});

it('A17, D6: preview, review and mail show the same subject of a reply that has none of its own', async () => {
  const world = await storyWorld({ now: TUESDAY, sequences: FOUR_STEPS });
  await startUp(world);
  await bringPeople(world, 1);
  await nextMail(world);
  const preview = (await world.run(['drip', '--preview', '--json'])).json() as {
    readonly items: readonly { readonly subject: string }[];
  };
  expect(preview.items.map(({ subject }) => subject)).toEqual(['Re: A question, friend']);
  await world.run(['drip'], { isTimer: true });
  const [draft] = world.rows(`SELECT id FROM messages WHERE state = 'pending_approval'`);
  const shown = await world.run(['review', 'show', String(draft?.['id'])]);
  expect(shown.stdout).toContain('Re: A question, friend');
});

it('D6: a reply whose thread never began bears the subject that the thread would have had', async () => {
  const world = await storyWorld({ now: TUESDAY, sequences: FOUR_STEPS });
  await startUp(world);
  await bringPeople(world, 1);
  await world.run(['drip'], { isTimer: true });
  const [welcome] = world.rows(`SELECT id FROM messages WHERE state = 'pending_approval'`);
  await world.run(['review', 'reject', String(welcome?.['id']), '--reason', 'not this one']);
  world.clock.advance(DAY_MS + 60_000);
  await nextMail(world);

  expect(mails(world)).toHaveLength(1);
  expect(mails(world)[0]).toMatchObject({ Subject: 'A question, friend' });
  expect(mails(world)[0]).not.toHaveProperty('In-Reply-To');
});
