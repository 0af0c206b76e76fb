import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { AUDIT_KINDS, type AuditKind } from '../../../src/core/audit/kinds.ts';
import { EXIT_CODES, type ExitName } from '../../../src/core/exits.ts';
import { COMMANDS } from '../../../src/commands/registry.ts';
import { auditEntries } from '../../../src/store/audit.ts';
import { openState } from '../../../src/store/database.ts';
import { listLeads, ALL_LEADS } from '../../../src/store/leads.ts';
import { messageById, moveMessage } from '../../../src/store/messages.ts';
import { wordsOf } from '../../docs/shell-words.ts';
import { runCli } from '../../helpers/cli.ts';
import { FakeClock, FakeMachine, SeededRandom } from '../../helpers/fakes.ts';
import { temporaryDirectory } from '../../helpers/state.ts';
import { unfitFor } from './plain-words.ts';

const READS = 'changes nothing in the state';
const DRAFTS: readonly AuditKind[] = [
  'approved_by_sequence',
  'expired',
  'forced',
  'held_by_guard',
  'restored',
];
const PLANS: readonly AuditKind[] = ['plan_confirmed', 'plan_declined', 'plan_vetoed'];
const CHAT: readonly AuditKind[] = ['approved', 'rejected', 'paused', 'resumed', ...PLANS];
const ATTEMPTS: readonly AuditKind[] = [
  'send_claimed',
  'send_accepted',
  'send_refused',
  'send_unknown',
  'send_withdrawn',
];

/**
 * A13: what each command records, or why it records nothing. A command that is new, or whose change of the state nobody thought of here,
 * fails the test below.
 */
const DOORS: Readonly<Record<string, readonly AuditKind[] | string>> = {
  drip: DRAFTS,
  nurture: DRAFTS,
  confirm: [...PLANS, ...DRAFTS],
  send: [...ATTEMPTS, 'send_failed', 'send_skipped', 'sender_paused', ...DRAFTS],
  sync: ['send_proved', 'sender_paused', 'restored', 'lead_erased', ...CHAT],
  digest: 'tells the operator, decides nothing; it carries the head of the trail',
  listen: CHAT,
  backup: 'makes a copy, decides nothing; its run is kept',
  status: READS,
  report: READS,
  simulate: 'works on a copy of the state, which is thrown away',
  pause: ['paused'],
  resume: ['resumed', 'sender_resumed'],
  web: ['approved', 'edited', 'rejected', 'held', 'released', 'discarded', 'settled', 'plan_vetoed'],
  'web login': 'opens a door and decides nothing; what is decided behind it names the person',
  'outbox list': READS,
  'outbox open': READS,
  review: ['approved', 'edited', 'rejected', 'held', 'released', 'discarded', 'approval_undone'],
  'review list': READS,
  'review show': READS,
  'review plan': READS,
  'review approve': ['approved'],
  'review reject': ['rejected'],
  'review discard': ['discarded'],
  'review edit': ['edited'],
  'review hold': ['held'],
  'review release': ['released'],
  'review undo': ['approval_undone'],
  'review settle': ['settled'],
  'review veto': ['plan_vetoed'],
  'holidays load': ['holidays_loaded'],
  'holidays list': READS,
  'leads import': ['leads_imported', 'lead_erased'],
  'leads list': READS,
  'leads show': READS,
  'leads why': READS,
  'leads set': ['lead_set'],
  'leads stop': ['lead_stopped'],
  'leads due': ['lead_due'],
  'leads verify': ['lead_overruled', 'leads_judged'],
  'leads export': ['lead_exported', 'leads_exported'],
  'leads erase': ['lead_erased'],
  'suppressions list': READS,
  'suppressions add': ['suppression_added'],
  'suppressions remove': ['suppression_removed'],
  'suppressions import': ['suppressions_imported'],
  'suppressions export': READS,
  'sequences lint': READS,
  'sequences plan': READS,
  'sequences apply': ['sequences_applied'],
  'sequences list': READS,
  'sequences show': READS,
  'sequences new': 'writes files, which count once they are applied',
  'sequences fmt': 'writes files, which count once they are applied',
  'sequences test': 'a mail to whoever asked, never to a lead; it touches no row',
  'sequences generate': 'proposes files, which count once they are applied',
  'steps generate': 'proposes files, which count once they are applied',
  'runs list': READS,
  'runs show': READS,
  'sends list': READS,
  doctor: READS,
  'audit verify': READS,
  'audit show': READS,
  init: ['created', 'sequences_applied', 'leads_imported'],
  'config show': READS,
  'config validate': READS,
  'config explain': READS,
  adopt: ['adopted', 'restored', 'send_proved', 'lead_erased'],
  restore: ['restored', 'send_proved', 'lead_erased'],
  'go-live': ['went_live'],
  'units print': READS,
  'units diff': READS,
  'units install': 'changes files of systemd, not the state',
  'units remove': 'changes files of systemd, not the state',
  'units alert': 'tells the operator of a failed unit, decides nothing',
  'secrets set': ['secret_set'],
  'secrets list': READS,
  'secrets remove': ['secret_removed'],
  completion: READS,
};

describe('A13: every door to the state', () => {
  test('a new command says what it records, or why it records nothing', () => {
    expect(Object.keys(DOORS).toSorted()).toEqual(COMMANDS.map(({ path }) => path).toSorted());
  });

  test('every kind of entry comes through a door', () => {
    const through = new Set(Object.values(DOORS).flatMap((door) => (typeof door === 'string' ? [] : door)));
    expect(Object.keys(AUDIT_KINDS).filter((kind) => !through.has(kind as AuditKind))).toEqual([]);
  });

  test('a person who decides leaves an entry each time, in words that name nobody', async () => {
    const bench = new Doors();
    await bench.run(INIT, ['created', 'sequences_applied', 'leads_imported']);
    await decide(bench);
    await changeLeads(bench);
    await careForIt(bench);
    const through = [...bench.recorded];
    expect(through.filter((kind) => !Object.hasOwn(AUDIT_KINDS, kind))).toEqual([]);
    expect(bench.personalData()).toEqual([]);
    const { stdout } = await bench.cli('audit verify');
    expect(stdout).toContain('whole');
  });
});

const INIT =
  'init . --sample --no-input --name Tom --from tom@mail.example.com --timezone UTC --postal-address "1 Mill Lane"';

async function decide(bench: Doors): Promise<void> {
  await bench.run('nurture --force', ['forced']);
  await bench.run('drip', [], 'COLD_START');
  await bench.run('confirm --veto --yes', ['plan_vetoed', 'plan_vetoed']);
  await bench.run('confirm --none --yes', [], 'OK');
  await bench.run('drip', [], 'COLD_START');
  await bench.run('confirm --yes', ['plan_confirmed']);
  const [one = '', two = '', three = '', four = '', five = ''] = await bench.ids('review list');
  await bench.run(`review approve ${one} ${two} ${three}`, ['approved', 'approved', 'approved']);
  await bench.run(`review edit ${four} --subject "Other words"`, ['edited']);
  await bench.run(`review hold ${four} --until 3d`, ['held']);
  await bench.run(`review release ${four}`, ['released']);
  await bench.run(`review discard ${four}`, ['discarded']);
  await bench.run(`review reject ${five} --reason "met Ann in person"`, ['rejected']);
  await bench.run(`review hold ${three}`, ['held']);
  await bench.run('send', ['send_claimed', 'send_claimed', 'send_accepted', 'send_accepted']);
  await bench.run(`review release ${three}`, ['released']);
  bench.makeUncertain(three);
  await bench.run(`review settle ${three} not-sent`, ['settled']);
  await bench.run('pause --reason "Ann called"', ['paused']);
  await bench.run('resume --yes', ['resumed']);
}

async function changeLeads(bench: Doors): Promise<void> {
  const [first = '', second = '', third = ''] = await bench.ids('leads list --sequence website-lead');
  await bench.run(`leads set ${first} timezone=Asia/Kolkata first_name=Zoe`, ['lead_set']);
  await bench.run(`leads set ${first} timezone=Asia/Kolkata`, []);
  await bench.run(`leads due ${second}`, ['lead_due'], null);
  await bench.run(`leads stop ${third} --reason "met Zoe"`, ['lead_stopped'], null);
  await bench.run('suppressions add gone@nowhere.example --reason bounced', ['suppression_added']);
  await bench.run('suppressions add gone@nowhere.example', []);
  await bench.run('suppressions remove gone@nowhere.example --reason "Zoe asked"', ['suppression_removed']);
  writeFileSync(join(bench.directory, 'list.csv'), 'email\nother@nowhere.example\n');
  await bench.run('suppressions import list.csv', ['suppressions_imported']);
  await bench.run('holidays load', ['holidays_loaded']);
  await bench.run(`leads verify ${first} --as verified --reason "met Zoe"`, ['lead_overruled']);
  writeFileSync(join(bench.directory, 'more.csv'), 'email,source\nnew@new.example,form:contact\n');
  await bench.run('leads import more.csv --yes', ['leads_imported']);
  await bench.run('leads import more.csv -n', []);
  await bench.run('leads erase new@new.example --yes', ['lead_erased']);
}

async function careForIt(bench: Doors): Promise<void> {
  const file = join(bench.directory, 'sequences/website-lead/sequence.toml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^description = .*$/m, 'description = "Other"'));
  await bench.run('sequences apply --yes', ['sequences_applied']);
  await bench.run('sequences apply --yes', []);
  await bench.run('backup', []);
  const [copy = ''] = (await bench.items('backup')).map((item) => String(item['file']));
  await bench.run('pause', ['paused']);
  await bench.run('resume --yes', ['resumed']);
  await bench.run(`restore ${copy} --yes`, ['restored']);
  await bench.run('adopt --yes', ['adopted']);
  const config = join(bench.directory, 'headgate.toml');
  writeFileSync(config, readFileSync(config, 'utf8').replace('live = false', 'live = true'));
  await bench.run('go-live --restart --yes', ['went_live']);
}

/** A sample workspace in which every command is held against what it left in the trail. */
class Doors {
  readonly directory = temporaryDirectory();
  readonly recorded = new Set<string>();
  readonly #clock = new FakeClock();
  readonly #machine = new FakeMachine();
  readonly #random = new SeededRandom();
  #last = 0;

  /** `exit` null: whatever it ends with. */
  async run(line: string, kinds: readonly string[], exit: ExitName | null = 'OK'): Promise<void> {
    const { code, stdout, stderr } = await this.cli(line);
    const said = `headgate ${line}\n${stdout}${stderr}`;
    if (exit !== null) expect(code, said).toBe(EXIT_CODES[exit]);
    const found = this.#newKinds();
    for (const kind of found) this.recorded.add(kind);
    if (exit !== null || code === 0) expect(found, said).toEqual(kinds);
  }

  cli(line: string): ReturnType<typeof runCli> {
    this.#clock.advance(1_000);
    return runCli(wordsOf(line), {
      cwd: this.directory,
      clock: this.#clock,
      machine: this.#machine,
      random: this.#random,
      env: { LOGNAME: 'tom' },
    });
  }

  async items(line: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const document = (await this.cli(`${line} --json`)).json() as {
      readonly items: readonly Readonly<Record<string, unknown>>[];
    };
    return document.items;
  }

  async ids(line: string): Promise<readonly string[]> {
    return (await this.items(line)).map(({ id }) => String(id));
  }

  /** What only a crash in the middle of a delivery leaves behind. */
  makeUncertain(id: string): void {
    const db = openState({ file: join(this.directory, 'headgate.db'), mode: 'write' });
    for (const to of ['sending', 'uncertain'] as const) {
      const message = messageById(db, id)!;
      const change =
        to === 'sending' ? { claimed_at: this.#clock.now(), attempts: 1 } : { last_error: 'none' };
      db.write(() => moveMessage(db, message, { to, change }));
    }
    db.close();
  }

  #newKinds(): string[] {
    const db = openState({ file: join(this.directory, 'headgate.db'), mode: 'read' });
    // A restored copy goes on from its own end.
    const all = [...auditEntries(db, 0)];
    const fresh = all.filter(({ number }) => number > this.#last);
    this.#last = all.at(-1)?.number ?? 0;
    db.close();
    return fresh.map(({ kind }) => kind);
  }

  /** Whatever of the trail is a word about a lead, of a mail, of a reason that was given, or a secret; and what is no word that it may hold. */
  personalData(): string[] {
    const db = openState({ file: join(this.directory, 'headgate.db'), mode: 'read' });
    const people = [...listLeads(db, ALL_LEADS)].flatMap((lead) => [
      ...[lead.email, lead.firstName, lead.lastName, lead.company],
      ...Object.values(lead.custom).map(String),
    ]);
    const mails = db
      .prepare<[], { words: string }>("SELECT subject || '\n' || body_markdown AS words FROM messages")
      .all()
      .flatMap(({ words }) => words.split('\n'));
    const secret = readFileSync(join(this.directory, 'secrets/token-secret'), 'utf8').trim();
    const entries = [...auditEntries(db, 0)];
    db.close();
    const text = entries.map((entry) => JSON.stringify(entry)).join('\n');
    const words = [...people, ...mails, secret].flatMap((word) =>
      word !== null && word.length > 3 ? [word] : [],
    );
    expect(words.length).toBeGreaterThan(100);
    return [
      ...[...words, 'gone@', 'other@', 'Zoe', 'Ann', 'Asia'].filter((word) => text.includes(word)),
      ...unfitFor(entries),
    ];
  }
}
