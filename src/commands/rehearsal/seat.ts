import type { Mailer, OutgoingMail } from '../../ports.ts';
import type { RunPlan } from '../../core/planner.ts';
import type { StoredMessage } from '../../store/messages.ts';
import type { Applied, ApplyOptions } from '../engine/drafting.ts';
import type { Engine } from '../engine/engine.ts';
import type { Workspace } from '../workspace.ts';

/**
 * F5: what the commands that `simulate` plays on a copy find in the place of the outside. The paths of the copy and the guards that are
 * left out stand in one object, and only `stage.ts` makes one: a command with a guard off can open nothing but a copy.
 */
export interface RehearsalSeat {
  /** The configuration as it is, every path of the state inside the folder of the copy. */
  readonly workspace: Workspace;
  readonly without: ReadonlySet<string>;
  /** Takes every mail and sends none. */
  readonly mailer: Mailer;
  /** No secret is read and no body written: nobody will read it. */
  readonly compose: (message: StoredMessage, sender: string) => Promise<OutgoingMail>;
  /** Lets simulated time pass. */
  readonly wait: (ms: number) => Promise<void>;
  /** Stands in for a model: the step's own words, its gap shown, are the draft. */
  readonly standIn: (
    engine: Engine,
    of: { readonly plan: RunPlan; readonly options: ApplyOptions; readonly done: number },
  ) => Applied;
}
