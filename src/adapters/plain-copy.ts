import { settleLineStarts } from '../core/markdown-escape.ts';
import type { StepCopy } from '../core/model.ts';
import type { CopyTemplate, FilledCopy, FillResult, RenderedCopy, TemplateFields } from '../ports.ts';
import { bodyText, defectOfText, preheaderLine, subjectLine, TemplateProblem } from './copy-texts.ts';
import type { TemplatePart } from './copy-texts.ts';
import { joinPlain, plainOutputs, plainParts, type PlainPart } from './plain-template.ts';

type Parts = readonly PlainPart[];

interface PlainTemplates {
  readonly subject: Parts;
  readonly preheader: Parts | null;
  readonly body: Parts;
  /** Text of its own that a reader sees, so that no body made of it can be empty. */
  readonly alwaysSays: boolean;
}

/**
 * Copy whose three texts are plain (`plainParts`), without LiquidJS: a run that drafts such copy alone need not load it (P5, P7).
 * Null when one of them is not plain or has a defect, of which the renderer has more to say.
 */
export function plainCopyTemplate(copy: StepCopy): CopyTemplate | null {
  const subject = partsOf(copy.subject, 'subject');
  const preheader = copy.preheader === null ? null : partsOf(copy.preheader, 'preheader');
  const body = partsOf(copy.bodyMarkdown, 'body');
  if (subject === null || body === null || (preheader === null && copy.preheader !== null)) return null;
  const alwaysSays = body.some((part) => 'text' in part && part.text.trim() !== '');
  const templates = { subject, preheader, body, alwaysSays };
  return { fill: (fields) => fill(templates, fields) };
}

function partsOf(text: string, part: TemplatePart): Parts | null {
  return defectOfText(text, part) === null ? plainParts(text) : null;
}

function fill(templates: PlainTemplates, fields: TemplateFields): FillResult {
  try {
    const { subject, preheader, body, alwaysSays } = templates;
    const words = {
      subject: subjectLine(joinPlain(subject, plainOutputs(subject, fields, 'subject'))),
      preheader:
        preheader === null
          ? null
          : preheaderLine(joinPlain(preheader, plainOutputs(preheader, fields, 'preheader'))),
      outputs: plainOutputs(body, fields, 'body'),
    };
    if (!alwaysSays) bodyText(joinPlain(body, words.outputs));
    return { kind: 'filled', copy: new PlainCopy(body, words) };
  } catch (error) {
    if (error instanceof TemplateProblem) return { kind: 'problem', detail: error.message };
    throw error;
  }
}

interface OwnWords {
  readonly subject: string;
  readonly preheader: string | null;
  /** What the body's outputs write. */
  readonly outputs: readonly string[];
}

/** Keeps of a body what is the lead's own; the template's text is the same for all. */
class PlainCopy implements FilledCopy {
  readonly subject: string;
  readonly #preheader: string | null;
  readonly #body: Parts;
  /** Most copy names the lead once: then that one is kept without an array around it. */
  readonly #outputs: string | readonly string[];

  constructor(body: Parts, { subject, preheader, outputs }: OwnWords) {
    this.subject = subject;
    this.#preheader = preheader;
    this.#body = body;
    const [only] = outputs;
    this.#outputs = outputs.length === 1 && only !== undefined ? only : outputs;
  }

  words(): RenderedCopy {
    const outputs = typeof this.#outputs === 'string' ? [this.#outputs] : this.#outputs;
    const bodyMarkdown = settleLineStarts(joinPlain(this.#body, outputs));
    return { subject: this.subject, preheader: this.#preheader, bodyMarkdown };
  }
}
