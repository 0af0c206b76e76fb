import {
  json,
  ProviderServer,
  type Judged,
  type ProviderAnswer,
  type ProviderRequest,
} from './provider-server.ts';

/** One part of a multipart/form-data body. */
export interface FormPart {
  readonly name: string;
  readonly fileName: string | null;
  readonly content: Buffer;
}

export interface MailgunMail {
  readonly id: string;
  readonly to: string;
  readonly mime: Buffer;
  readonly variables: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
}

const KNOWN_OPTIONS = new Set([
  'o:tag',
  'o:tracking',
  'o:tracking-opens',
  'o:tracking-clicks',
  'o:testmode',
  'o:deliverytime',
  'o:require-tls',
]);
const OPTION_BYTES_MAX = 16_384;
const MESSAGE_BYTES_MAX = 26_214_400;

/** Mailgun's API as far as sending a ready MIME message goes. No idempotency: what is posted twice is sent twice. */
export class MailgunServer extends ProviderServer {
  static readonly KEY = 'key-loopback-1234567890';
  static readonly DOMAIN = 'mail.example.com';
  readonly mails: MailgunMail[] = [];

  static async start(): Promise<MailgunServer> {
    return new MailgunServer().listen();
  }

  private constructor() {
    super();
  }

  protected messageOf(_headers: Readonly<Record<string, string>>, body: Buffer): string | null {
    return /name="v:message-id"\r\n\r\n([^\r\n]*)\r\n/.exec(body.toString('latin1'))?.[1] ?? null;
  }

  protected judge(request: ProviderRequest): Judged {
    const messageId = this.messageOf(request.headers, request.body);
    const refusal = refusalOf(request);
    if (refusal !== null) return { answer: refusal, messageId };
    const parts = parseForm(request.headers['content-type'] ?? '', request.body);
    if (parts === null) return { answer: said(400, 'the body is no form'), messageId };
    const fault = faultOf(parts);
    if (fault !== null) return { answer: fault, messageId };
    const mime = valueOf(parts, 'message') ?? Buffer.alloc(0);
    const id = messageIdOf(mime) ?? `<${String(this.mails.length + 1)}.generated@${MailgunServer.DOMAIN}>`;
    const act = (): void => {
      this.take(messageId ?? id);
      this.mails.push({
        id,
        mime,
        to: String(valueOf(parts, 'to')),
        variables: Object.fromEntries(
          parts
            .filter(({ name }) => name.startsWith('v:'))
            .map(({ name, content }) => [name.slice(2), String(content)]),
        ),
        tags: parts.filter(({ name }) => name === 'o:tag').map(({ content }) => String(content)),
      });
    };
    return { answer: json(200, { id, message: 'Queued. Thank you.' }), messageId, act };
  }
}

function refusalOf({ method, path, headers }: ProviderRequest): ProviderAnswer | null {
  const credential = `Basic ${Buffer.from(`api:${MailgunServer.KEY}`).toString('base64')}`;
  if (headers['authorization'] !== credential)
    return { status: 401, headers: { 'content-type': 'text/plain' }, body: 'Forbidden' };
  const [, domain] = /^\/v3\/([^/]+)\/messages\.mime$/.exec(path) ?? [];
  if (domain === undefined) return said(404, 'no such endpoint');
  if (domain !== MailgunServer.DOMAIN) return said(404, `Domain not found: ${domain}`);
  return method === 'POST' ? null : said(405, 'not this method');
}

function faultOf(parts: readonly FormPart[]): ProviderAnswer | null {
  const unknown = parts.find(
    ({ name }) => name !== 'to' && name !== 'message' && !name.startsWith('v:') && !KNOWN_OPTIONS.has(name),
  );
  if (unknown !== undefined) return said(400, `${unknown.name} is not a supported parameter`);
  if (!/^[^\s@]+@[^\s@]+$/.test(String(valueOf(parts, 'to') ?? '')))
    return said(400, "'to' parameter is not a valid address");
  const message = parts.find(({ name }) => name === 'message');
  if (message === undefined || message.fileName === null) return said(400, "'message' file is missing");
  if (!/^From:/im.test(message.content.toString('latin1'))) return said(400, "'from' parameter is missing");
  const tags = parts.filter(({ name }) => name === 'o:tag');
  if (tags.some(({ content }) => !/^[\x20-\x7e]{1,128}$/.test(content.toString('latin1'))))
    return said(400, 'a tag is not ASCII');
  const options = parts
    .filter(({ name }) => name.includes(':'))
    .reduce((sum, { name, content }) => sum + name.length + content.length, 0);
  if (options > OPTION_BYTES_MAX) return said(400, 'options are over 16 kB');
  return message.content.length > MESSAGE_BYTES_MAX ? said(413, 'message is over 25 MB') : null;
}

/** An error as Mailgun words them. */
export function said(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): ProviderAnswer {
  return json(status, { message }, headers);
}

function valueOf(parts: readonly FormPart[], name: string): Buffer | null {
  return parts.find((part) => part.name === name)?.content ?? null;
}

function messageIdOf(mime: Buffer): string | null {
  return /^message-id:\s*(<[^>\r\n]+>)/im.exec(mime.toString('latin1'))?.[1] ?? null;
}

/** RFC 7578, strictly; null for what is none. */
export function parseForm(contentType: string, body: Buffer): readonly FormPart[] | null {
  const boundary = /^multipart\/form-data; boundary="?([^";]{1,70})"?$/.exec(contentType)?.[1];
  if (boundary === undefined) return null;
  const pieces = body.toString('latin1').split(`--${boundary}`);
  if (pieces.shift() !== '' || pieces.pop()?.trim() !== '--') return null;
  const parts = pieces.map((piece) => {
    const [, head = '', content = ''] = /^\r\n([\s\S]*?)\r\n\r\n([\s\S]*)\r\n$/.exec(piece) ?? [];
    const name = /content-disposition: form-data; name="([^"]+)"/i.exec(head)?.[1];
    const fileName = /filename="([^"]+)"/i.exec(head)?.[1] ?? null;
    return name === undefined ? null : { name, fileName, content: Buffer.from(content, 'latin1') };
  });
  return parts.includes(null) ? null : parts.filter((part) => part !== null);
}
