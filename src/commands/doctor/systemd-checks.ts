import { askTool, isSystemdRunning } from '../../adapters/service-manager.ts';
import { SYSTEM_DIRECTORY } from '../../config/paths.ts';
import { isSecretReference, secretsIn } from '../../config/value-reader.ts';
import { checkDesk, type Finding } from '../../core/doctor/finding.ts';
import {
  judgeSecrets,
  judgeUnitFiles,
  judgeUnits,
  type SecretFacts,
  type UnitFacts,
} from '../../core/doctor/units.ts';
import { compareUnits } from '../units/compare.ts';
import { placeUnits } from '../units/render.ts';
import { unitSettings } from '../units/settings.ts';
import { ENABLED_UNITS, jobOfUnit, PEOPLE_JOBS } from '../units/unit-files.ts';
import { attempt, withoutConfig, type Checkup } from './checkup.ts';

const UNITS = 'timers and sockets';

/** systemd: what runs here by itself, as it runs, and where its secrets come from. */
export async function systemdChecks(checkup: Checkup): Promise<readonly Finding[]> {
  const place = (check: string, title: string) => ({ group: 'systemd', check, title }) as const;
  const parts = await Promise.all([
    attempt(place('timers', UNITS), () => unitChecks(checkup)),
    attempt(place('secrets', 'secrets'), () => secretsCheck(checkup)),
  ]);
  return parts.flat();
}

async function unitChecks(checkup: Checkup): Promise<readonly Finding[]> {
  const desk = checkDesk('systemd', 'timers');
  if (!isSystemdRunning()) return [desk.skipped(UNITS, 'systemd does not run this machine')];
  const units = await unitFacts(checkup.timeoutMs);
  if (units === null) return [desk.skipped(UNITS, 'systemctl did not answer')];
  if (units.some(({ load }) => load !== 'not-found'))
    return [...judgeUnits(units), judgeUnitFiles(unitFiles(checkup))];
  const isServer = checkup.paths?.configFile.startsWith(`${SYSTEM_DIRECTORY}/`) === true;
  const title = 'no unit of Headgate is installed here';
  if (!isServer) return [desk.skipped(UNITS, `${title}, and this is no workspace of a server`)];
  return [desk.problem(title, 'nothing runs by itself', 'sudo headgate units install')];
}

const PROPERTIES = ['Id', 'LoadState', 'ActiveState', 'UnitFileState', 'Persistent'];

/** One question for all of them; null where nobody answered it. */
async function unitFacts(timeoutMs: number): Promise<readonly UnitFacts[] | null> {
  const services = ENABLED_UNITS.map((unit) => unit.replace(/\.(?:timer|socket)$/, '.service'));
  const names = [...ENABLED_UNITS, ...new Set(services)];
  const answer = await askTool('systemctl', ['show', `--property=${PROPERTIES.join()}`, ...names], timeoutMs);
  if (answer?.isDone !== true) return null;
  return answer.text.split(/\n\n+/).map((block) => {
    const properties = new Map(
      block.split('\n').map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]),
    );
    const name = properties.get('Id') ?? '';
    return {
      name,
      load: properties.get('LoadState') ?? '',
      active: properties.get('ActiveState') ?? '',
      file: properties.get('UnitFileState') ?? '',
      isPersistent: properties.get('Persistent') === 'yes',
      touchesPeople: PEOPLE_JOBS.some((job) => job === jobOfUnit(name)),
    };
  });
}

/** `units diff` with the settings of the last install, whatever this command line says. */
function unitFiles({ invocation }: Checkup): readonly string[] {
  const asInstalled = {
    ...invocation,
    options: {},
    global: { ...invocation.global, config: null, state: null },
  };
  const files = placeUnits(invocation.context.installation, unitSettings(asInstalled, ''), '');
  return compareUnits('', files).map(({ name, change }) => `${name} ${change.replace('_', '-')}`);
}

function secretsCheck({ config }: Checkup): readonly Finding[] {
  if (config === null) return withoutConfig('systemd', 'secrets');
  const secrets = [...config.settings.all].flatMap(([key, value]): SecretFacts[] => {
    const references = isSecretReference(value) ? [value] : secretsIn(value);
    return references.map(({ kind }) => ({ key, kind }));
  });
  if (secrets.length === 0)
    return [checkDesk('systemd', 'secrets').skipped('secrets', 'the configuration names none')];
  return [judgeSecrets(secrets)];
}
