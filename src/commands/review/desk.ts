import { operatorName } from '../audit/record.ts';
import { openEngine, type Engine } from '../engine/engine.ts';
import { GUARDS_OFF } from '../guards-off.ts';
import { stateDoubtsOf, type OperatorState } from '../operator-state.ts';

/** Who decides, as the timeline and `approved_by` name them. */
export interface Reviewer {
  readonly name: string;
  /** Where, if not at a terminal: `Telegram`. */
  readonly via: string | null;
  /** As `approved_by` keeps it, where a name can change hands: `telegram:4711 Tom`. */
  readonly actor?: string;
}

/** Everything that a decision about drafts needs, at one moment. */
export interface Desk {
  readonly state: OperatorState;
  readonly engine: Engine;
  readonly reviewer: Reviewer;
  /** An approval remembers its boot: `send` holds what was approved on another one. */
  readonly bootId: string | null;
  /** A15: only `adopt` lifts what stands against this state now. */
  readonly needsAdopt: boolean;
}

/** Sits down at an opened state. One clock reading; `deskNow` takes another. */
export function openDesk(state: OperatorState, reviewer: Reviewer = operatorOf(state)): Desk {
  const { db, now, workspace, invocation } = state;
  return {
    state,
    engine: openEngine({ db, policy: workspace.policy, now, without: GUARDS_OFF }),
    reviewer,
    bootId: invocation.context.machine.bootId(),
    needsAdopt: stateDoubtsOf(state).some((doubt) => doubt.liftedBy === 'adopt'),
  };
}

/** The same desk at this moment: a person may sit for hours. */
export function deskNow(desk: Desk): Desk {
  const { state, reviewer } = desk;
  return openDesk({ ...state, now: state.invocation.context.clock.now() }, reviewer);
}

/** Whoever typed. */
export function operatorOf({ invocation }: Pick<OperatorState, 'invocation'>): Reviewer {
  return { name: operatorName(invocation), via: null };
}
