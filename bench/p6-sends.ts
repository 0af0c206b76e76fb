import { approvedWorkspace } from './approved.ts';
import type { Goal } from './goal.ts';
import { paired } from './measure.ts';
import { inCopy } from './overdue.ts';

const MAILS = 10_000;
const CONNECTIONS = 10;

/** P6: each send claimed in the database and in the journal, both synced, before its body goes out. */
export const sends: Goal = {
  id: 'P6',
  title: '10,000 sends over 10 connections, each claimed durably first',
  async measure({ installation, workspaces, folder, pairs, ...bench }) {
    const sink = await bench.sink();
    const demandMails = async (wallMs: number): Promise<number> => {
      const taken = await sink.taken();
      if (taken !== MAILS)
        throw new Error(`the server took ${String(taken)} mails instead of ${String(MAILS)}`);
      return wallMs;
    };
    const request = approvedWorkspace(MAILS, sink.port);
    const result = await paired(
      pairs(9),
      () =>
        inCopy({ workspaces, folder, request }, (cwd) =>
          demandMails(installation.run(installation.bin('send'), [], { cwd }).wallMs),
        ),
      () =>
        demandMails(installation.floor('mail', String(sink.port), String(MAILS), String(CONNECTIONS)).wallMs),
    );
    const what = '10,000 sends, wall';
    return [
      { ...result, what, unit: 'ms', floorIs: 'nodemailer pooled alone', value: result.ratio, goal: 2 },
    ];
  },
};
