import type { PlannedFault, SmtpFault, SmtpMoment, SmtpServerOptions } from '../helpers/smtp-server.ts';

/** One way in which one run of `send` may end badly. */
export interface Point {
  readonly group: string;
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
  /** The kernel kills it right before its k-th call of this kind. */
  readonly killAtCall?: { readonly call: string; readonly k: number };
  /** Further configuration, as variables of the environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

const MOMENTS: readonly SmtpMoment[] = ['CONNECT', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'BODY', 'DOT', 'QUIT'];

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
function faultPoints(): readonly Point[] {
  return MOMENTS.flatMap((at) =>
    [...FAULTS, ...(at === 'DOT' ? LOST : [])].flatMap(([name, fault]) =>
      [
        { often: 'once', plan: { times: 1 } },
        { often: 'the second time', plan: { after: 1, times: 1 } },
        { often: 'always', plan: {} },
      ].map(({ often, plan }, index) => ({
        group: `fault at ${at}`,
        name: `${name}, ${often}`,
        isPaced: index === 1,
        faults: [{ at, fault, ...plan }],
      })),
    ),
  );
}

/** Where security and log-in go wrong. */
function doorPoints(): readonly Point[] {
  const secure = { HEADGATE_MAIL__SMTP__SECURE: 'true' };
  const login = { user: 'tom', password: 'right' };
  const password = (text: string): Readonly<Record<string, string>> => ({
    HEADGATE_MAIL__SMTP__USER: 'tom',
    HEADGATE_MAIL__SMTP__PASSWORD: text,
  });
  const door = { group: 'TLS, log-in, refusal', isPaced: false };
  return [
    { ...door, name: 'connection refused', isRefused: true },
    { ...door, name: 'TLS asked of a server without', environment: secure },
    { ...door, name: 'TLS cut in its handshake', environment: secure, faults: cutAlways('CONNECT') },
    { ...door, name: 'wrong password', server: { login }, environment: password('wrong') },
    ...FAULTS.flatMap(([name, fault]): readonly Point[] => [
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
        faults: [{ at: 'AUTH', fault }],
      },
    ]),
  ];
}

function cutAlways(at: SmtpMoment): readonly PlannedFault[] {
  return [{ at, fault: { kind: 'reset' } }];
}

/** The program dies at every moment of the dialogue, of every message. */
function killedAtMoments(messages: number): readonly Point[] {
  return MOMENTS.flatMap((moment) =>
    Array.from({ length: ['CONNECT', 'EHLO', 'QUIT'].includes(moment) ? 1 : messages }, (_, index) =>
      (['before', 'after'] as const).map((when) => ({
        group: `SIGKILL at ${moment}`,
        name: `${when} answer ${String(index + 1)}`,
        isPaced: index % 2 === 0,
        killAtMoment: { moment, nth: index + 1, when },
      })),
    ).flat(),
  );
}

/** System calls by which state, journal, stamp and mail become real, and how many of each a run makes at most. */
const CALLS: readonly (readonly [call: string, most: number, step: number])[] = [
  ['fdatasync', 40, 1],
  ['fsync', 12, 1],
  ['rename', 8, 1],
  ['write', 60, 2],
  ['pwrite64', 300, 7],
];

function killedAtCalls(): readonly Point[] {
  return CALLS.flatMap(([call, most, step]) =>
    Array.from({ length: Math.ceil(most / step) }, (_, index) => ({
      group: `SIGKILL at ${call}`,
      name: `${call} ${String(1 + index * step)}`,
      isPaced: index % 3 !== 2,
      killAtCall: { call, k: 1 + index * step },
    })),
  );
}

export function allPoints(options: {
  readonly messages: number;
  readonly hasStrace: boolean;
}): readonly Point[] {
  const commits = options.hasStrace ? killedAtCalls() : [];
  return [...doorPoints(), ...faultPoints(), ...killedAtMoments(options.messages), ...commits];
}

/** An even share of them, of every group, the same every time. */
export function samplePoints(points: readonly Point[], count: number): readonly Point[] {
  const step = points.length / count;
  return Array.from(
    { length: Math.min(count, points.length) },
    (_, index) => points[Math.floor(index * step)],
  ).filter((point) => point !== undefined);
}
