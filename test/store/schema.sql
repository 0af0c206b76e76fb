CREATE INDEX attempts_by_time ON attempts (at);

CREATE INDEX chat_dialogs_by_card ON chat_dialogs (card_row_id) WHERE card_row_id IS NOT NULL;

CREATE INDEX chat_dialogs_open ON chat_dialogs (page_row_id) WHERE closed_at IS NULL;

CREATE INDEX chat_pages_by_time ON chat_pages (made_at);

CREATE INDEX chat_pages_unshown ON chat_pages (row_id) WHERE version > shown_version;

CREATE INDEX chat_updates_by_time ON chat_updates (received_at);

CREATE INDEX chat_updates_waiting ON chat_updates (row_id) WHERE acted_at IS NULL;

CREATE INDEX draft_log_by_day ON draft_log (operator_day, job);

CREATE INDEX draft_log_by_time ON draft_log (made_at);

CREATE INDEX draft_log_released ON draft_log (released_day, job) WHERE released_day IS NOT NULL;

CREATE UNIQUE INDEX enrollments_by_lead ON enrollments (lead_row_id, sequence_row_id, CASE WHEN ended_at IS NULL THEN 0 ELSE row_id END);

CREATE INDEX enrollments_queue ON enrollments (kind, is_first_step, next_due_at, row_id)
  WHERE status IN ('pending', 'active') AND next_due_at IS NOT NULL;

CREATE INDEX erasures_unfinished ON erasures (lead_id) WHERE cleaned_at IS NULL;

CREATE INDEX leads_by_sender ON leads (sender) WHERE sender IS NOT NULL;

CREATE INDEX leads_nurture_queue ON leads (nurture_due_at, row_id) WHERE nurture_due_at IS NOT NULL;

CREATE INDEX message_events_by_kind ON message_events (kind, at);

CREATE INDEX message_events_by_lead ON message_events (lead_row_id, kind) WHERE lead_row_id IS NOT NULL;

CREATE INDEX message_events_by_message ON message_events (message_row_id, kind) WHERE message_row_id IS NOT NULL;

CREATE INDEX messages_approved ON messages (state, approved_at, row_id) WHERE state = 'approved';

CREATE INDEX messages_by_hold ON messages (held_run_id) WHERE held_run_id IS NOT NULL;

CREATE INDEX messages_by_lead ON messages (lead_row_id);

CREATE INDEX messages_by_run ON messages (run_id);

CREATE INDEX messages_by_state ON messages (state, row_id);

CREATE INDEX messages_claimed ON messages (claimed_at, state, sender)
  WHERE counts = 1 AND state IN ('sending', 'sent', 'uncertain');

CREATE INDEX messages_sent ON messages (sent_at) WHERE sent_at IS NOT NULL;

CREATE INDEX model_calls_by_day ON model_calls (operator_day, cost_micros);

CREATE INDEX model_calls_by_message ON model_calls (message_id) WHERE message_id IS NOT NULL;

CREATE INDEX model_calls_by_run ON model_calls (run_id);

CREATE INDEX notices_by_key ON notices (dedupe_key, created_at);

CREATE INDEX notices_waiting ON notices (row_id) WHERE delivered_at IS NULL;

CREATE INDEX outgoing_mail_by_conversation ON outgoing_mail (conversation_id) WHERE conversation_id IS NOT NULL;

CREATE INDEX outgoing_mail_by_message_id ON outgoing_mail (message_id_header);

CREATE INDEX outgoing_mail_by_provider_id ON outgoing_mail (provider_id) WHERE provider_id IS NOT NULL;

CREATE INDEX outgoing_mail_by_used_id ON outgoing_mail (message_id_used) WHERE message_id_used IS NOT NULL;

CREATE INDEX plans_waiting ON plans (job, made_at) WHERE state = 'waiting';

CREATE INDEX runs_by_command ON runs (command, started_at);

CREATE UNIQUE INDEX sequences_one_catch_all ON sequences (catch_all) WHERE catch_all = 1 AND status <> 'archived';

CREATE INDEX timeline_by_lead ON timeline (lead_row_id, at);

CREATE INDEX timeline_by_time ON timeline (at) WHERE kind = 'held_back';

CREATE TABLE attempts (
  row_id INTEGER PRIMARY KEY,
  message_row_id INTEGER NOT NULL REFERENCES messages (row_id),
  attempt INTEGER NOT NULL,
  -- claimed, then exactly one of accepted, refused (surely not sent), unknown, withdrawn.
  event TEXT NOT NULL CHECK (event IN ('claimed', 'accepted', 'refused', 'unknown', 'withdrawn')),
  at INTEGER NOT NULL,
  operator_day TEXT NOT NULL,
  run_id TEXT NOT NULL,
  transport TEXT NOT NULL,
  -- Of a claim: whom the provider took us for; an idempotency key lives in one account only.
  account TEXT,
  detail TEXT,
  UNIQUE (message_row_id, attempt, event)
) STRICT;

CREATE TABLE audit (
  number INTEGER PRIMARY KEY CHECK (number > 0),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  -- Public id of what it speaks of: m-…, l-…, p-…, r-…, a sequence.
  subject TEXT,
  detail TEXT NOT NULL,
  previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
  hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;

CREATE TABLE chat_buttons (
  id TEXT PRIMARY KEY,
  page_row_id INTEGER NOT NULL REFERENCES chat_pages (row_id) ON DELETE CASCADE,
  action TEXT NOT NULL,
  -- What it is about: m-…, r-…, p-…; empty for everything.
  subject TEXT NOT NULL,
  -- Hash of the words that stood above it; empty where there were none.
  text_hash TEXT NOT NULL,
  UNIQUE (page_row_id, action, subject, text_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE chat_dialogs (
  row_id INTEGER PRIMARY KEY,
  user_id INTEGER NOT NULL,
  user_name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('edit', 'reject')),
  page_row_id INTEGER NOT NULL REFERENCES chat_pages (row_id) ON DELETE CASCADE,
  -- The page with the whole text, which may be answered as well.
  card_row_id INTEGER REFERENCES chat_pages (row_id) ON DELETE CASCADE,
  draft_id TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  closed_at INTEGER
) STRICT;

CREATE TABLE chat_key (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  key TEXT NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;

CREATE TABLE chat_pages (
  row_id INTEGER PRIMARY KEY,
  -- The notice that it is; null for what was asked for in the chat.
  notice_row_id INTEGER UNIQUE REFERENCES notices (row_id),
  text TEXT NOT NULL,
  card_json TEXT NOT NULL,
  -- What was done with it, told below.
  told_json TEXT NOT NULL DEFAULT '[]',
  -- The question that stands below it.
  asking TEXT,
  made_at INTEGER NOT NULL,
  -- The chat's own number of it; null until the chat took it.
  message_id INTEGER UNIQUE,
  version INTEGER NOT NULL DEFAULT 1,
  shown_version INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE chat_updates (
  row_id INTEGER PRIMARY KEY,
  update_id INTEGER NOT NULL UNIQUE,
  received_at INTEGER NOT NULL,
  from_id INTEGER NOT NULL,
  from_name TEXT NOT NULL,
  body_json TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Null while it waits to be acted on.
  acted_at INTEGER,
  outcome TEXT
) STRICT;

CREATE TABLE country_holidays (
  country TEXT NOT NULL,
  day TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (country, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE draft_log (
  row_id INTEGER PRIMARY KEY,
  message_row_id INTEGER NOT NULL REFERENCES messages (row_id),
  revision INTEGER NOT NULL,
  lead_row_id INTEGER NOT NULL,
  job TEXT NOT NULL CHECK (job IN ('drip', 'nurture')),
  run_id TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  operator_day TEXT NOT NULL,
  -- 0 while held for its blast radius and when discarded from there; 1 counts in the mean.
  counts_in_mean INTEGER NOT NULL DEFAULT 1 CHECK (counts_in_mean IN (0, 1)),
  -- Operator's day on which a held batch was released: raises that day's line.
  released_day TEXT,
  UNIQUE (message_row_id, revision)
) STRICT;

CREATE TABLE enrollment_counts (
  sequence_row_id INTEGER NOT NULL REFERENCES sequences (row_id),
  status TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (sequence_row_id, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE enrollments (
  row_id INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id >= 'e-' AND id < 'e.'),
  lead_row_id INTEGER NOT NULL REFERENCES leads (row_id),
  sequence_row_id INTEGER NOT NULL REFERENCES sequences (row_id),
  kind TEXT NOT NULL CHECK (kind IN ('drip', 'nurture')),
  status TEXT NOT NULL CHECK (status = 'pending' OR status = 'active' OR status = 'completed' OR status = 'cancelled' OR status = 'failed'),
  cancel_reason TEXT,
  match_reason TEXT,
  match_snapshot_json TEXT,
  parallel INTEGER NOT NULL DEFAULT 0 CHECK (parallel IN (0, 1)),
  enrolled_at INTEGER NOT NULL,
  -- C2: what the next delay counts from: the previous send, else the enrollment.
  anchor_at INTEGER NOT NULL,
  -- The last step delivered or passed over; null before the first.
  last_step_row_id INTEGER REFERENCES steps (row_id),
  next_step_row_id INTEGER REFERENCES steps (row_id),
  -- Due by the delay alone (A16 judges lateness by it) and clamped into its window (C3; the queue's key).
  due_at INTEGER,
  next_due_at INTEGER,
  -- A6: follow-ups before first steps.
  is_first_step INTEGER NOT NULL DEFAULT 1 CHECK (is_first_step IN (0, 1)),
  -- C6: an operator asked for this step now.
  sent_now_at INTEGER,
  failed_attempts INTEGER NOT NULL DEFAULT 0,
  retry_at INTEGER,
  last_error TEXT,
  ended_at INTEGER,
  verdict_reason TEXT,
  verdict_until INTEGER,
  CHECK (status <> 'cancelled' OR cancel_reason IS NOT NULL),
  CHECK ((status IN ('pending', 'active')) = (ended_at IS NULL)),
  CHECK (next_due_at IS NULL OR next_step_row_id IS NOT NULL)
) STRICT;

CREATE TABLE erasure_keys (
  key TEXT PRIMARY KEY,
  made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE erasures (
  lead_id TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  erased_at INTEGER NOT NULL,
  -- Null until the files beside the state are rid of the person too: whoever finds it so finishes that.
  cleaned_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE job_days (
  job TEXT NOT NULL,
  operator_day TEXT NOT NULL,
  PRIMARY KEY (job, operator_day)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  job TEXT PRIMARY KEY,
  checkpoint_at INTEGER,
  checkpoint_boot_id TEXT,
  checkpoint_run_id TEXT,
  -- The last run that was live, kept quiet or paused: the other end of a silence (A16).
  present_at INTEGER,
  -- A5: a veto keeps the job preview-only until a person acts.
  vetoed_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE leads (
  row_id INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id >= 'l-' AND id < 'l.'),
  email TEXT NOT NULL CHECK (length(email) > 2),
  email_key TEXT NOT NULL UNIQUE,
  first_name TEXT,
  last_name TEXT,
  company TEXT,
  company_domain TEXT,
  country TEXT,
  region TEXT,
  timezone TEXT,
  zone TEXT NOT NULL,
  zone_rule TEXT NOT NULL CHECK (zone_rule = 'explicit' OR zone_rule = 'region' OR zone_rule = 'country' OR zone_rule = 'operator'),
  stage TEXT NOT NULL CHECK (stage = 'new' OR stage = 'contacted' OR stage = 'proposal' OR stage = 'customer' OR stage = 'disqualified'),
  status TEXT NOT NULL CHECK (status = 'new' OR status = 'working' OR status = 'contacted' OR status = 'qualified' OR status = 'nurture' OR status = 'unqualified'),
  source TEXT,
  source_form_id TEXT,
  platform TEXT,
  tags_json TEXT NOT NULL DEFAULT '[]',
  notes TEXT,
  custom_json TEXT NOT NULL DEFAULT '{}',
  opted_out INTEGER NOT NULL DEFAULT 0 CHECK (opted_out IN (0, 1)),
  do_not_contact INTEGER NOT NULL DEFAULT 0 CHECK (do_not_contact IN (0, 1)),
  spam INTEGER NOT NULL DEFAULT 0 CHECK (spam IN (0, 1)),
  created_at INTEGER,
  updated_at INTEGER,
  last_contact_at INTEGER,
  imported_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  -- A2: time of the last draft of any kind.
  watermark_at INTEGER,
  attribution TEXT CHECK (attribution = 'verified' OR attribution = 'mismatch' OR attribution = 'not_applicable' OR attribution = 'unknown'),
  -- B8: who found it, what was found, when.
  attribution_by TEXT,
  attribution_note TEXT,
  attribution_at INTEGER,
  held_until INTEGER,
  hold_note TEXT,
  -- B7: the earliest moment at which nurture need look at this lead; a lower bound, judged again by the planner.
  nurture_due_at INTEGER,
  nurture_count INTEGER NOT NULL DEFAULT 0,
  nurture_verdict_reason TEXT,
  nurture_verdict_until INTEGER,
  -- D10: when the lead opted out on the unsubscribe page; only that may be taken back there.
  opted_out_on_page_at INTEGER,
  -- D6: the sender this lead keeps, in lower case.
  sender TEXT
) STRICT;

CREATE TABLE message_events (
  row_id INTEGER PRIMARY KEY,
  source_id TEXT NOT NULL,
  -- The same for ever, and of no other fact of its source.
  key TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind = 'sent' OR kind = 'delivered' OR kind = 'opened' OR kind = 'clicked' OR kind = 'soft_bounce'
    OR kind = 'hard_bounce' OR kind = 'block' OR kind = 'send_failed' OR kind = 'complaint' OR kind = 'opt_out' OR kind = 'reply'
    OR kind = 'auto_reply' OR kind = 'not_there' OR kind = 'robot'),
  at INTEGER NOT NULL,
  read_at INTEGER NOT NULL,
  message_row_id INTEGER REFERENCES messages (row_id),
  lead_row_id INTEGER REFERENCES leads (row_id),
  is_machine INTEGER NOT NULL DEFAULT 0 CHECK (is_machine IN (0, 1)),
  detail TEXT NOT NULL,
  UNIQUE (source_id, key)
) STRICT;

CREATE TABLE messages (
  row_id INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id LIKE 'm-%'),
  enrollment_row_id INTEGER NOT NULL REFERENCES enrollments (row_id),
  step_row_id INTEGER NOT NULL REFERENCES steps (row_id),
  lead_row_id INTEGER NOT NULL REFERENCES leads (row_id),
  job TEXT NOT NULL CHECK (job IN ('drip', 'nurture')),
  state TEXT NOT NULL CHECK (state = 'reserved' OR state = 'pending_approval' OR state = 'approved' OR state = 'sending'
    OR state = 'sent' OR state = 'uncertain' OR state = 'failed' OR state = 'held' OR state = 'rejected' OR state = 'expired'
    OR state = 'discarded' OR state = 'skipped' OR state = 'cancelled'),
  revision INTEGER NOT NULL DEFAULT 1,
  run_id TEXT NOT NULL,
  plan_id TEXT,
  -- Why a person must look even if the sequence approves itself: late, attribution_unknown, doubt …
  ask_reason TEXT,
  hold_cause TEXT CHECK (hold_cause = 'blast_radius' OR hold_cause = 'doubt' OR hold_cause = 'operator'
    OR hold_cause = 'validation' OR hold_cause = 'lead'),
  held_from TEXT,
  -- A8: which job's run held it (drip, nurture, send); `review release --run` names that run.
  held_by_job TEXT,
  held_run_id TEXT,
  held_until INTEGER,
  note TEXT,
  subject TEXT,
  preheader TEXT,
  body_markdown TEXT,
  -- Approval is bound to this hash of subject, preheader and body.
  text_hash TEXT,
  reserved_at INTEGER NOT NULL,
  drafted_at INTEGER,
  edited_at INTEGER,
  approved_at INTEGER,
  approved_by TEXT,
  -- On which boot: after a reboot an approval from before it must be given again.
  approved_boot_id TEXT,
  -- D7: until then an approval can be undone.
  leaves_at INTEGER,
  claimed_at INTEGER,
  -- D1: the first claim of which nobody knows that it did not leave: from then on the provider may know its key.
  key_used_at INTEGER,
  -- D6: the address that it was claimed for, in lower case: its caps and its health count here.
  sender TEXT,
  sent_at INTEGER,
  ended_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  retry_at INTEGER,
  last_error TEXT,
  -- A8: a released batch is not judged again by send.
  released INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1)),
  -- D9: only rehearsed, delivered into the outbox while not live.
  dry INTEGER NOT NULL DEFAULT 0 CHECK (dry IN (0, 1)),
  -- D9: 0 once a rehearsal was restarted by go-live: it is kept, and counts for nothing.
  counts INTEGER NOT NULL DEFAULT 1 CHECK (counts IN (0, 1)),
  -- What an undone reservation puts back.
  previous_watermark_at INTEGER,
  -- D9: the contact that a rehearsal stands in front of, for when it is forgotten.
  previous_contact_at INTEGER,
  UNIQUE (enrollment_row_id, step_row_id),
  -- D4: no half draft can exist.
  CHECK (state = 'reserved' OR state = 'expired' OR state = 'discarded' OR state = 'cancelled' OR state = 'skipped'
    OR state = 'rejected' OR (trim(subject) <> '' AND trim(body_markdown) <> '' AND text_hash IS NOT NULL)),
  CHECK (state <> 'held' OR (hold_cause IS NOT NULL AND held_from IS NOT NULL)),
  CHECK (state <> 'sent' OR sent_at IS NOT NULL)
) STRICT;

CREATE TABLE model_calls (
  row_id INTEGER PRIMARY KEY,
  asked_at INTEGER NOT NULL,
  operator_day TEXT NOT NULL,
  run_id TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('draft', 'attribution', 'copy')),
  -- Whom it was about; null for copy that is nobody's yet.
  lead_id TEXT,
  -- The draft that it was asked for, whether or not one was made.
  message_id TEXT,
  model TEXT NOT NULL,
  -- Null until there is an answer, and where the provider does not say.
  input_tokens INTEGER,
  output_tokens INTEGER,
  -- In millionths of the operator's currency; null where nobody said what tokens cost.
  cost_micros INTEGER,
  outcome TEXT NOT NULL CHECK (outcome IN ('asked', 'words', 'unfit', 'none', 'failed'))
) STRICT;

CREATE TABLE notice_channels (
  channel TEXT PRIMARY KEY,
  down_since INTEGER NOT NULL,
  retry_at INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  last_error TEXT NOT NULL,
  -- When another channel said so.
  told_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
  row_id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  job TEXT,
  dedupe_key TEXT NOT NULL,
  text TEXT NOT NULL,
  run_id TEXT,
  created_at INTEGER NOT NULL,
  -- F2: what buttons below it are about; null for none.
  card_json TEXT,
  delivered_at INTEGER,
  -- Committed before a channel is called. Set, and not delivered: a run ended in between, and the channel may have it.
  claimed_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  last_error TEXT
) STRICT;

CREATE TABLE outgoing_mail (
  message_row_id INTEGER PRIMARY KEY REFERENCES messages (row_id),
  revision INTEGER NOT NULL,
  text_hash TEXT NOT NULL,
  message_id_header TEXT NOT NULL,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  raw BLOB NOT NULL,
  -- Which transport the bytes were made for; another one composes anew.
  transport TEXT NOT NULL,
  -- The exact request body of a transport that takes no raw mail.
  payload BLOB,
  -- What the provider said when it took it: its own id, the Message-ID really used where that is another, its conversation.
  provider_id TEXT,
  message_id_used TEXT,
  conversation_id TEXT
) STRICT;

CREATE TABLE plan_items (
  plan_id TEXT NOT NULL REFERENCES plans (id) ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  lead_row_id INTEGER NOT NULL,
  -- Null for a nurture follow-up: its enrollment is made with its draft.
  enrollment_row_id INTEGER,
  sequence_row_id INTEGER NOT NULL,
  step_row_id INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  ask_reason TEXT,
  subject TEXT NOT NULL,
  preheader TEXT,
  body_markdown TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  -- A17: where a model wrote the words in the preview, the message id under which their calls are kept.
  asked_for TEXT,
  -- Why a person must look at those words first.
  unfit TEXT,
  -- B8: a model's verdict on the lead, with the claim that it judged; the lead has it once the draft is made.
  judged_json TEXT,
  PRIMARY KEY (plan_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE plans (
  id TEXT PRIMARY KEY CHECK (id LIKE 'p-%'),
  job TEXT NOT NULL,
  run_id TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  -- waiting, confirmed, vetoed, declined (--none), superseded.
  state TEXT NOT NULL CHECK (state IN ('waiting', 'confirmed', 'vetoed', 'declined', 'superseded')),
  settled_at INTEGER,
  narrowed INTEGER NOT NULL CHECK (narrowed IN (0, 1)),
  -- A17: stale when definitions or policy changed since.
  policy_hash TEXT NOT NULL,
  definitions_hash TEXT NOT NULL,
  doubts_json TEXT NOT NULL,
  summary_json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE reply_sources (
  source_id TEXT PRIMARY KEY,
  read_to_end_at INTEGER,
  boot_id TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  row_id INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (id LIKE 'r-%'),
  command TEXT NOT NULL,
  -- live, preview, quiet (weekend, holiday, hold open), paused, refused, failed; 'running' until it ends.
  mode TEXT NOT NULL,
  forced INTEGER NOT NULL DEFAULT 0 CHECK (forced IN (0, 1)),
  narrowed INTEGER NOT NULL DEFAULT 0 CHECK (narrowed IN (0, 1)),
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  operator_day TEXT NOT NULL,
  exit_code INTEGER,
  reason TEXT,
  counts_json TEXT NOT NULL DEFAULT '{}',
  plan_id TEXT,
  boot_id TEXT
) STRICT;

CREATE TABLE sender_days (
  address TEXT NOT NULL,
  operator_day TEXT NOT NULL,
  dry INTEGER NOT NULL CHECK (dry IN (0, 1)),
  PRIMARY KEY (address, operator_day, dry)
) STRICT, WITHOUT ROWID;

CREATE TABLE senders (
  address TEXT PRIMARY KEY,
  paused_at INTEGER,
  pause_reason TEXT,
  -- Bounces and complaints about mails from before do not count: a person has looked at them.
  judged_from_at INTEGER,
  CHECK ((paused_at IS NULL) = (pause_reason IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE sequences (
  row_id INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('drip', 'nurture')),
  status TEXT NOT NULL CHECK (status IN ('draft', 'active', 'paused', 'archived')),
  catch_all INTEGER NOT NULL CHECK (catch_all IN (0, 1)),
  definition_json TEXT NOT NULL,
  definition_hash TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT;

CREATE TABLE silences (
  job TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  PRIMARY KEY (job, started_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE sources (
  source_id TEXT PRIMARY KEY,
  -- The source's own words; NULL: from its beginning.
  cursor TEXT,
  read_at INTEGER,
  -- Readings that failed in a row, and when the next one is due.
  failures INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  retry_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE state_header (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  state_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  machine_json TEXT NOT NULL,
  bound_at INTEGER NOT NULL,
  -- Raised by every writing transaction; a database below its stamp is a restored one.
  write_counter INTEGER NOT NULL DEFAULT 0,
  last_clock_at INTEGER NOT NULL,
  -- Not null while a restored or adopted state waits for the operator (A15).
  restored_at INTEGER,
  -- When `go-live` was done; null while every mail is a rehearsal (D9).
  went_live_at INTEGER,
  -- Set by a doubt, cleared by a person's act: until then no sequence approves itself (A5).
  person_needed_since_at INTEGER,
  -- Hash of the definition files as `sequences apply` last read them: runs say when the files have moved on.
  applied_files_hash TEXT,
  -- The part of the configuration that values in the tables were worked out with (B7): when it changes, a run works them out again.
  reckoned_with TEXT
) STRICT;

CREATE TABLE steps (
  row_id INTEGER PRIMARY KEY,
  sequence_row_id INTEGER NOT NULL REFERENCES sequences (row_id),
  id TEXT NOT NULL,
  position INTEGER NOT NULL CHECK (position >= 0),
  definition_json TEXT NOT NULL,
  -- C5: a deleted step is a tombstone; its id is never used again.
  deleted_at INTEGER,
  UNIQUE (sequence_row_id, id)
) STRICT;

CREATE TABLE suppressions (
  email_key TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  note TEXT,
  added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE timeline (
  row_id INTEGER PRIMARY KEY,
  lead_row_id INTEGER NOT NULL REFERENCES leads (row_id),
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  -- Public id of what it speaks of: m-…, r-…, a sequence.
  ref TEXT
) STRICT;

CREATE TABLE transport_waits (
  transport TEXT PRIMARY KEY,
  until_at INTEGER NOT NULL,
  detail TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE web_keys (
  hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('link', 'session')),
  -- Whose acts they are, as the timeline names them.
  person TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER attempts_append_only_delete BEFORE DELETE ON attempts BEGIN SELECT RAISE(ABORT, 'attempts is append-only'); END;

CREATE TRIGGER attempts_append_only_update BEFORE UPDATE ON attempts WHEN new.detail IS NOT NULL OR new.row_id IS NOT old.row_id
    OR new.message_row_id IS NOT old.message_row_id OR new.attempt IS NOT old.attempt OR new.event IS NOT old.event
    OR new.at IS NOT old.at OR new.operator_day IS NOT old.operator_day OR new.run_id IS NOT old.run_id
    OR new.transport IS NOT old.transport OR new.account IS NOT old.account
  BEGIN SELECT RAISE(ABORT, 'attempts is append-only'); END;

CREATE TRIGGER audit_append_only_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;

CREATE TRIGGER audit_append_only_insert BEFORE INSERT ON audit WHEN new.number <= (SELECT max(number) FROM audit)
  OR new.previous_hash <> coalesce((SELECT hash FROM audit ORDER BY number DESC LIMIT 1), printf('%064d', 0))
  BEGIN SELECT RAISE(ABORT, 'an audit entry follows the one before it'); END;

CREATE TRIGGER audit_append_only_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;

CREATE TRIGGER enrollments_count_delete AFTER DELETE ON enrollments BEGIN
  UPDATE enrollment_counts SET count = count - 1 WHERE sequence_row_id = old.sequence_row_id AND status = old.status;
END;

CREATE TRIGGER enrollments_count_status AFTER UPDATE OF status ON enrollments WHEN old.status <> new.status BEGIN
  UPDATE enrollment_counts SET count = count - 1 WHERE sequence_row_id = old.sequence_row_id AND status = old.status;
  INSERT INTO enrollment_counts (sequence_row_id, status, count) VALUES (new.sequence_row_id, new.status, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
