import { SmtpTestServer, type PlannedFault, type SmtpMoment } from '../helpers/smtp-server.ts';
import { GOOD_WORDS, OpenAiServer } from '../servers/models.ts';
import { json, type ProviderFault } from '../servers/provider-server.ts';
import type { Chance } from './scenery.ts';

/** A seed's connections to the outside. Null: mail lies in the outbox, nobody writes for us. */
export interface Ends {
  readonly server: SmtpTestServer | null;
  readonly model: OpenAiServer | null;
}

/** Half of the worlds send over a wire, a third ask a model. */
export async function endsOf(seed: number): Promise<Ends> {
  return {
    server: seed % 2 === 0 ? null : await SmtpTestServer.start(),
    model: seed % 3 === 1 ? await OpenAiServer.start() : null,
  };
}

const MOMENTS: readonly SmtpMoment[] = ['CONNECT', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'BODY', 'DOT', 'QUIT'];

/** What a mail server does on a bad day; replies lost above all, since they leave it open whether the mail arrived. */
const MAIL_FAULTS: readonly ((chance: Chance) => PlannedFault)[] = [
  (chance) => ({ at: 'DOT', fault: { kind: 'lost', then: 'cut' }, times: chance.between(1, 3) }),
  (chance) => ({ at: 'DOT', fault: { kind: 'lost', then: 'cut' }, times: chance.between(1, 3) }),
  (chance) => ({ at: chance.pick(MOMENTS), fault: { kind: 'cut' }, times: chance.between(1, 3) }),
  (chance) => ({ at: chance.pick(MOMENTS), fault: { kind: 'reset' }, times: chance.between(1, 3) }),
  () => ({ at: 'CONNECT', fault: { kind: 'cut' } }),
  (chance) => ({
    at: chance.pick(['MAIL', 'RCPT', 'DATA', 'DOT']),
    fault: { kind: 'reply', line: '451 4.3.0 not now' },
    times: chance.between(1, 4),
  }),
  () => ({ at: 'CONNECT', fault: { kind: 'reply', line: '421 4.3.2 going down', cut: true } }),
  () => ({ at: 'RCPT', fault: { kind: 'reply', line: '550 5.1.1 no such user here' }, times: 1 }),
  () => ({ at: 'RCPT', fault: { kind: 'reply', line: '550 5.7.1 refused by policy' }, times: 1 }),
  (chance) => ({
    at: 'DOT',
    fault: { kind: 'bytes', bytes: '\u0000nonsense\r\n' },
    times: chance.between(1, 2),
  }),
];

/** As OpenAI says it. No second of the simulation is worth one of ours. */
const RETRY_AT_ONCE = { 'retry-after-ms': '1' };

function modelSays(status: number, message: string): ProviderFault {
  return { kind: 'answer', acts: false, answer: json(status, { error: { message } }, RETRY_AT_ONCE) };
}

/** What a model's service does on one. */
const MODEL_FAULTS: readonly ProviderFault[] = [
  modelSays(500, 'overloaded'),
  modelSays(429, 'too many requests'),
  {
    kind: 'answer',
    acts: false,
    answer: { status: 200, body: '<html>maintenance</html>', headers: RETRY_AT_ONCE },
  },
];

/** Words that no check may let through as they are. */
const BAD_WORDS = [
  '',
  'Dear [name], as an AI language model I cannot help.',
  'See https://evil.example/x now.',
  'word '.repeat(900),
];

/** The lines to mail server and model: they fail for a while, and work again. */
export class Wires {
  readonly #ends: Ends;
  readonly #chance: Chance;
  #isMailBad = false;
  #isModelBad = false;

  constructor(ends: Ends, chance: Chance) {
    this.#ends = ends;
    this.#chance = chance;
  }

  /** Whether a run may rightly say that it could not reach somebody. */
  get areBad(): boolean {
    return this.#isMailBad || this.#isModelBad;
  }

  /** What happens before the next tick; words for the log. */
  change(): readonly string[] {
    return [...this.#changeMail(), ...this.#changeModel()];
  }

  setRight(): void {
    this.#isMailBad = false;
    this.#isModelBad = false;
    this.#ends.server?.plan([]);
    if (this.#ends.model !== null) {
      this.#ends.model.failBy(() => null);
      this.#ends.model.say = () => ({ text: GOOD_WORDS });
    }
  }

  #changeMail(): readonly string[] {
    const { server } = this.#ends;
    if (server === null) return [];
    if (this.#isMailBad) {
      if (!this.#chance.oneIn(6)) return [];
      this.#isMailBad = false;
      server.plan([]);
      return ['the mail server works again'];
    }
    if (!this.#chance.oneIn(12)) return [];
    this.#isMailBad = true;
    const fault = this.#chance.pick(MAIL_FAULTS)(this.#chance);
    server.plan([fault]);
    return [`the mail server: ${fault.fault.kind} at ${fault.at}`];
  }

  #changeModel(): readonly string[] {
    const { model } = this.#ends;
    if (model === null) return [];
    if (this.#isModelBad) {
      if (!this.#chance.oneIn(6)) return [];
      this.#isModelBad = false;
      model.failBy(() => null);
      model.say = () => ({ text: GOOD_WORDS });
      return ['the model works again'];
    }
    if (!this.#chance.oneIn(12)) return [];
    this.#isModelBad = true;
    if (this.#chance.oneIn(2)) {
      const words = this.#chance.pick(BAD_WORDS);
      model.say = () => ({ text: words });
      return ['the model writes nonsense'];
    }
    const fault = this.#chance.pick(MODEL_FAULTS);
    model.failBy(() => fault);
    return ['the model fails'];
  }
}
