import { SeededRandom } from '../helpers/fakes.ts';
import type { PlannedFault, SmtpFault, SmtpMoment, SmtpServerOptions } from '../helpers/smtp-server.ts';

/** One way in which one run of `send` may end badly. */
export interface SmtpPoint {
  readonly group: 'fault' | 'door' | 'kill' | 'storm';
  readonly name: string;
  /** One message at a time; else as many at once as there are connections. */
  readonly isPaced: boolean;
  readonly server?: SmtpServerOptions;
  /** Nobody listens. */
  readonly isRefused?: boolean;
  readonly faults?: readonly PlannedFault[];
  /** The server kills the program when it meets this moment for the n-th time, before or after it answers. */
  readonly killAtMoment?: {
    readonly moment: SmtpMoment;
    readonly nth: number;
    readonly when: 'before' | 'after';
  };
  /** Further configuration of the bad run, as variables of the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The same for the good runs that follow. */
  readonly remedy?: Readonly<Record<string, string>>;
  /** Further bad runs before the first good one. */
  readonly then?: readonly SmtpPoint[];
}

const MOMENTS: readonly SmtpMoment[] = ['CONNECT', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'BODY', 'DOT', 'QUIT'];

const STORMS = 30;

/** Moments that a paced run, on its one connection, meets once. */
const PER_CONNECTION: readonly SmtpMoment[] = ['CONNECT', 'EHLO', 'QUIT'];

const FAULTS: readonly (readonly [string, SmtpFault])[] = [
  ['cut', { kind: 'cut' }],
  ['reset', { kind: 'reset' }],
  ['answer, then cut', { kind: 'cut after' }],
  ['hang', { kind: 'hang' }],
  ['slow', { kind: 'slow', msPerByte: 1 }],
  ['4xx', { kind: 'reply', line: '450 4.3.0 not now' }],
  ['4xx, then cut', { kind: 'reply', line: '421 4.3.2 going down', cut: true }],
  ['5xx', { kind: 'reply', line: '550 5.7.1 never' }],
  ['nonsense', { kind: 'bytes', bytes: '\u0000\u00ff nonsense\r\n' }],
];

const LOST: readonly (readonly [string, SmtpFault])[] = [
  ['taken, acknowledgement lost', { kind: 'lost', then: 'cut' }],
  ['taken, then silence', { kind: 'lost', then: 'hang' }],
];

/** Every fault at every moment of the dialogue: at its first meeting, at its second, and always. */
function faultPoints(): readonly SmtpPoint[] {
  return MOMENTS.flatMap((at) =>
    [...FAULTS, ...(at === 'DOT' ? LOST : [])].flatMap(([name, fault]) =>
      [
        { often: 'once', plan: { times: 1 } },
        { often: 'the second time', plan: { after: 1, times: 1 } },
        { often: 'always', plan: {} },
      ].map(({ often, plan }, index) => ({
        group: 'fault' as const,
        name: `${name} at ${at}, ${often}`,
        // Several connections at once are needed to meet the second one.
        isPaced: index === 1 && !PER_CONNECTION.includes(at),
        faults: [{ at, fault, ...plan }],
      })),
    ),
  );
}

/** Where security and log-in go wrong. */
function doorPoints(): readonly SmtpPoint[] {
  const secure = { HEADGATE_MAIL__SMTP__SECURE: 'true' };
  const login = { user: 'tom', password: 'right' };
  const password = (text: string): Readonly<Record<string, string>> => ({
    HEADGATE_MAIL__SMTP__USER: 'tom',
    HEADGATE_MAIL__SMTP__PASSWORD: text,
  });
  const door = { group: 'door' as const, isPaced: false };
  return [
    { ...door, name: 'connection refused', isRefused: true },
    { ...door, name: 'TLS asked of a server without', environment: secure },
    { ...door, name: 'TLS cut in its handshake', environment: secure, faults: cutAlways('CONNECT') },
    {
      ...door,
      name: 'wrong password',
      server: { login },
      environment: password('wrong'),
      remedy: password('right'),
    },
    ...FAULTS.flatMap(([name, fault]): readonly SmtpPoint[] => [
      {
        ...door,
        name: `STARTTLS: ${name}`,
        server: { security: 'starttls' },
        faults: [{ at: 'STARTTLS', fault }],
      },
      {
        ...door,
        name: `AUTH: ${name}`,
        server: { login },
        environment: password('right'),
        remedy: password('right'),
        faults: [{ at: 'AUTH', fault }],
      },
    ]),
  ];
}

function cutAlways(at: SmtpMoment): readonly PlannedFault[] {
  return [{ at, fault: { kind: 'reset' } }];
}

/** The program dies at every moment of the dialogue: of the first messages, of those around the end of a round, of the last. */
function killedAtMoments(): readonly SmtpPoint[] {
  return MOMENTS.flatMap((moment) =>
    (PER_CONNECTION.includes(moment) ? [1] : [1, 2, 6, 10, 11, 12]).flatMap((nth, index) =>
      (['before', 'after'] as const).map((when) => ({
        group: 'kill' as const,
        name: `SIGKILL at ${moment} ${String(nth)}, ${when} the answer`,
        isPaced: index % 2 === 0,
        killAtMoment: { moment, nth, when },
      })),
    ),
  );
}

/** Three bad runs one after another, drawn from all points of a plain server; the same draws every time. */
function storms(points: readonly SmtpPoint[], count: number): readonly SmtpPoint[] {
  const plain = points.filter(({ server, environment, isRefused }) => !server && !environment && !isRefused);
  const random = new SeededRandom(7);
  const draw = (): SmtpPoint => plain[Math.floor(random.fraction() * plain.length)]!;
  return Array.from({ length: count }, () => {
    const [first, second, third] = [draw(), draw(), draw()];
    const name = [first, second, third].map((each) => each.name).join('; ');
    return { ...first, group: 'storm' as const, name, then: [second, third] };
  });
}

/** Every point, in groups. */
export function smtpPoints(): readonly SmtpPoint[] {
  const single = [...doorPoints(), ...faultPoints(), ...killedAtMoments()];
  return [...single, ...storms(single, STORMS)];
}
