/** What the pages show, in words and numbers: made from the state by src/commands/web, turned into HTML here. */

/** Around every page of somebody who is signed in. */
export interface FrameView {
  readonly host: string;
  readonly person: string;
  readonly here: 'queue' | 'status' | 'lead';
  /** What waits, as a person would say it: `3 waiting`. */
  readonly figures: readonly string[];
  /** What to know before anything else. */
  readonly strips: readonly Strip[];
  readonly told: ToldView | null;
  /** The last act that can be taken back; null for none. */
  readonly undo: UndoView | null;
  /** One for each page that is made: two posts with it are one act. */
  readonly nonce: string;
}

export interface Strip {
  readonly tone: 'stop' | 'doubt' | 'calm';
  readonly title: string;
  readonly text: string;
  readonly link: { readonly href: string; readonly words: string } | null;
}

/** What came of the act before this page. */
export interface ToldView {
  readonly tone: 'done' | 'problem';
  readonly text: string;
  readonly details: readonly string[];
}

export interface UndoView {
  readonly act: string;
  readonly label: string;
}

export interface QueueView {
  readonly groups: readonly GroupView[];
  /** Null where nothing is chosen, or nothing waits. */
  readonly message: MessageView | null;
  /** Of what waits, for `approve all`. */
  readonly waiting: { readonly count: number; readonly seen: string };
  /** Why the last runs left leads alone: `4 hours`. */
  readonly heldBack: readonly string[];
}

export interface GroupView {
  readonly name: string;
  readonly kind: 'waiting' | 'approved' | 'held' | 'open';
  readonly rows: readonly RowView[];
  /** Those that are not in the list. */
  readonly more: number;
}

export interface RowView {
  readonly id: string;
  readonly name: string;
  readonly subject: string;
  readonly step: string;
  /** `17 m`, `leaves 09:40`. */
  readonly time: string;
  readonly isCurrent: boolean;
}

export interface MessageView {
  readonly id: string;
  readonly state: string;
  /** The words that an act on this page is bound to. */
  readonly hash: string;
  /** Names the hold that is shown, so that no later one is released. */
  readonly hold: string;
  /** `2 of 5`. */
  readonly place: string;
  readonly subject: string;
  readonly to: { readonly name: string; readonly address: string; readonly leadId: string };
  readonly where: string;
  readonly from: string;
  readonly preheader: string | null;
  readonly sequence: string;
  readonly track: readonly TrackStep[];
  /** `last email 5 d ago`. */
  readonly history: string;
  /** What a person should know before they decide. */
  readonly warnings: readonly string[];
  /** What was looked up, and is well. */
  readonly checks: readonly string[];
  readonly facts: readonly FactView[];
  readonly claims: readonly ClaimView[];
  readonly counts: string;
  /** The text part, where that is asked for; null: the frame with the HTML part. */
  readonly text: string | null;
  readonly acts: ActsView;
  readonly previous: string | null;
  readonly next: string | null;
}

export interface TrackStep {
  readonly id: string;
  readonly mark: 'done' | 'here' | 'ended' | 'ahead';
  /** `sent 11 Feb`. */
  readonly note: string;
}

/** One thing that is known of the lead. */
export interface FactView {
  readonly name: string;
  readonly value: string;
  readonly isInDraft: boolean;
}

/** One thing that the draft says and a person would look up. */
export interface ClaimView {
  readonly text: string;
  readonly kind: string;
  /** Where it comes from; null: nowhere that is known. */
  readonly source: string | null;
}

/** What can be done with a message now. */
export interface ActsView {
  /** What an approval means: when it leaves. */
  readonly approve: string | null;
  readonly canEdit: boolean;
  readonly canHold: boolean;
  readonly canReject: boolean;
  readonly canDiscard: boolean;
  readonly release: string | null;
  readonly undo: string | null;
  readonly canSettle: boolean;
  /** The run that holds it with its whole batch. */
  readonly batch: string | null;
}

export interface EditView {
  readonly id: string;
  readonly hash: string;
  readonly state: string;
  readonly name: string;
  readonly subject: string;
  readonly preheader: string;
  readonly body: string;
  /** Why what was typed was not kept; it is in the fields. */
  readonly problem: { readonly text: string; readonly details: readonly string[] } | null;
  /** The words as they are now, where they changed while somebody typed. */
  readonly changedTo: { readonly subject: string; readonly body: string } | null;
}

export interface BatchView {
  readonly run: string;
  readonly title: string;
  readonly why: string;
  readonly rows: readonly RowView[];
  readonly count: number;
  readonly seen: string;
}

export interface LeadView {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly bar: string | null;
  readonly enrollments: readonly EnrollmentView[];
  readonly days: readonly { readonly day: string; readonly entries: readonly StoryEntry[] }[];
}

export interface EnrollmentView {
  readonly sequence: string;
  readonly status: string;
  readonly track: readonly TrackStep[];
}

export interface StoryEntry {
  readonly clock: string;
  readonly kind: string;
  readonly text: string;
  /** The message that it speaks of; null for anything else. */
  readonly message: string | null;
}

export interface StatusView {
  readonly mood: { readonly text: string; readonly isGood: boolean };
  readonly at: string;
  readonly queue: readonly FigureView[];
  readonly today: readonly FigureView[];
  readonly volumes: readonly VolumeView[];
  readonly jobs: readonly JobView[];
  readonly guards: readonly string[];
  readonly doubts: readonly string[];
  readonly plans: readonly PlanView[];
  readonly batches: readonly { readonly run: string; readonly text: string }[];
  readonly next: readonly string[];
}

export interface FigureView {
  readonly count: number;
  readonly label: string;
  readonly note: string;
}

export interface VolumeView {
  readonly job: string;
  readonly line: number;
  readonly lineText: string;
  readonly days: readonly { readonly day: string; readonly drafts: number }[];
}

export interface JobView {
  readonly name: string;
  readonly last: string;
  readonly result: string;
  readonly next: string;
  readonly late: string;
  readonly isLate: boolean;
}

/** A saved preview that a timer may draft, or a person may veto (A5). */
export interface PlanView {
  readonly id: string;
  readonly job: string;
  readonly text: string;
}
