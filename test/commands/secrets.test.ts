import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { runCli, type CliOptions } from '../helpers/cli.ts';
import { temporaryDirectory } from '../helpers/state.ts';

/** Another system's folder, where nothing can be encrypted for this machine. */
function image() {
  const root = temporaryDirectory();
  return {
    root,
    secrets: (line: string, options: CliOptions = {}) =>
      runCli(['secrets', ...line.split(' '), '--root', root], options),
    units: (line: string) => runCli(['units', ...line.split(' '), '--root', root]),
    stored: (name: string) => join(root, 'etc/credstore', `headgate.${name}`),
    unit: (name: string) =>
      readFileSync(join(root, 'etc/systemd/system', `headgate-${name}.service`), 'utf8'),
    configure(text: string) {
      const folder = join(root, 'etc/headgate');
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        join(folder, 'brand.toml'),
        'name = "Tom"\nfrom = "tom@mail.example.com"\npostal_address = "1 Mill Lane"\n',
      );
      writeFileSync(join(folder, 'headgate.toml'), text);
    },
  };
}

test('a secret from stdin is stored for root alone, without the line break at its end, and never printed', async () => {
  const { secrets, stored } = image();
  const { code, stdout, stderr } = await secrets('set smtp-password', { input: 'hunter2\n' });
  expect(code).toBe(0);
  expect(readFileSync(stored('smtp-password'), 'utf8')).toBe('hunter2');
  expect(statSync(stored('smtp-password')).mode & 0o7777).toBe(0o600);
  expect(statSync(join(stored('smtp-password'), '..')).mode & 0o7777).toBe(0o700);
  expect(stdout + stderr).not.toContain('hunter2');
});

test('at a terminal each is asked for by its name, and all are stored or none', async () => {
  const { secrets, stored } = image();
  const { stderr } = await secrets('set smtp-password telegram-token', { answers: ['one', 'two'] });
  expect(stderr).toContain('smtp-password (is not shown): ');
  expect(readFileSync(stored('telegram-token'), 'utf8')).toBe('two');
  const broken = image();
  expect((await broken.secrets('set smtp-password telegram-token', { answers: ['one'] })).code).toBe(64);
  expect(statSync(broken.stored('smtp-password'), { throwIfNoEntry: false })).toBeUndefined();
});

test('a key in PEM keeps its lines; what is empty, binary or of two lines is refused: 64', async () => {
  const { secrets, stored } = image();
  const pem = '-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----';
  await secrets('set dkim-tom', { input: `${pem}\n` });
  expect(readFileSync(stored('dkim-tom'), 'utf8')).toBe(pem);
  for (const input of ['', '\n', 'two\nlines', 'nul\0']) {
    const { code, stderr } = await secrets('set smtp-password', { input });
    expect(code, JSON.stringify(input)).toBe(64);
    expect(stderr).not.toContain('two\nlines');
  }
  expect(statSync(stored('smtp-password'), { throwIfNoEntry: false })).toBeUndefined();
});

test.each(['../shadow', '.hidden', 'a/b', 'x.encrypted', ''])(
  '%j is no name of a secret: 64',
  async (name) => {
    const { root } = image();
    const { code } = await runCli(['secrets', 'set', name, '--root', root], { input: 'hunter2' });
    expect(code).toBe(64);
  },
);

test('a name that no unit loads is stored, and it says what is missing', async () => {
  const { secrets, configure, units, unit } = image();
  const { stderr } = await secrets('set crm-key', { input: 'hunter2' });
  expect(stderr).toContain('no unit loads crm-key yet');
  configure(
    'timezone = "UTC"\n[[source]]\nid = "crm"\nkind = "airtable"\nbase = "appAAAAAAAAAAAAAA"\ntable = "Leads"\nkey = { credential = "crm-key" }\n',
  );
  expect((await secrets('set crm-key', { input: 'hunter2' })).stderr).not.toContain('no unit loads');
  await units('install --yes');
  expect(unit('sync')).toContain(
    'LoadCredential=crm-key:headgate.crm-key\nLoadCredentialEncrypted=crm-key.encrypted:headgate.crm-key.encrypted\n',
  );
  expect(unit('drip')).not.toContain('crm-key');
});

test('units install gives the public page the secrets that [web] names, and it alone those of webhooks', async () => {
  const { configure, units, unit } = image();
  configure(
    'timezone = "UTC"\n[web]\ntoken_secret = { credential = "links" }\nhooks.resend_secret = { credential = "hook" }\n',
  );
  await units('install --yes');
  for (const name of ['links', 'hook'])
    expect(unit('unsub')).toContain(`\nLoadCredential=${name}:headgate.${name}\n`);
  // E4: `send` signs return addresses with it, and `sync` knows a bounce by them.
  for (const job of ['sync', 'send']) {
    expect(unit(job), job).toContain('\nLoadCredential=links:headgate.links\n');
    expect(unit(job), job).not.toContain('hook:');
  }
  expect(unit('drip')).not.toMatch(/links|hook:/);
  expect((await units('diff --detailed-exit-code')).code).toBe(20);
});

test('F2: whoever drafts a plan that was confirmed in the chat is given the key of the model, and nobody who does not', async () => {
  const { configure, units, unit } = image();
  configure(
    'timezone = "UTC"\n[ai]\nprovider = "openai"\nmodel = "gpt-5-mini"\nkey = { credential = "model-key" }\ninput_price = 0.25\noutput_price = 2.0\nbudget_per_run = 0.2\nbudget_per_day = 1.0\n',
  );
  await units('install --yes');
  for (const job of ['drip', 'nurture', 'confirm', 'sync', 'listen'])
    expect(unit(job), job).toContain('\nLoadCredential=model-key:headgate.model-key\n');
  for (const job of ['send', 'web', 'unsub', 'digest', 'backup'])
    expect(unit(job), job).not.toContain('model-key');
});

test('list shows names, units and what headgate.toml names in vain; remove asks and takes away', async () => {
  const { secrets, configure, stored } = image();
  configure('timezone = "UTC"\n[telegram]\ntoken = { credential = "telegram-token" }\nchat = "-100123"\n');
  await secrets('set smtp-password', { input: 'hunter2' });
  const listed = (await secrets('list --json')).json() as { items: unknown[] };
  expect(listed.items).toMatchObject([
    { name: 'smtp-password', form: 'plain', units: ['send'] },
    { name: 'telegram-token', form: 'missing', path: null },
  ]);
  expect((await secrets('remove smtp-password', { answers: ['n'] })).stdout).toBe('Nothing was changed.\n');
  expect((await secrets('remove smtp-password --yes')).code).toBe(0);
  expect(statSync(stored('smtp-password'), { throwIfNoEntry: false })).toBeUndefined();
  expect((await secrets('remove smtp-password --yes')).code).toBe(64);
});
