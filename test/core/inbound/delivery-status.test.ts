import { describe, expect, test } from 'vitest';

import { type StatusBlock, statusBlocksOf } from '../../../src/core/inbound/delivery-status.ts';
import { DAEMON, mail } from './mails.ts';

const KIM = 'Final-Recipient: rfc822; kim@client.example';
const LEE = 'Final-Recipient: rfc822; lee@client.example';
const FAILED = 'Action: failed';

const kim: StatusBlock = {
  address: 'kim@client.example',
  action: 'failed',
  status: '',
  statusRemark: '',
  diagnosticType: '',
  diagnostic: '',
};
const lee: StatusBlock = { ...kim, address: 'lee@client.example' };
const nobody: StatusBlock = { ...kim, address: null };

function blocksOf(
  lines: readonly string[],
  contentType = 'message/delivery-status',
): readonly StatusBlock[] | null {
  return statusBlocksOf(mail({ headers: DAEMON, parts: [{ contentType, text: lines.join('\n') }] }));
}

function blocksInText(lines: readonly string[]): readonly StatusBlock[] | null {
  return statusBlocksOf(mail({ headers: DAEMON, text: lines.join('\n') }));
}

describe('E4, RFC 3464 2.3: the fields of one recipient, or a bounce is counted for nobody', () => {
  test.each<[string, readonly string[], Partial<StatusBlock>]>([
    ['the status', ['Status: 5.1.1'], { status: '5.1.1' }],
    ['of three figures', ['Status: 4.123.456'], { status: '4.123.456' }],
    ['of a success', ['Status: 2.0.0'], { status: '2.0.0' }],
    ['with a remark', ['Status: 5.1.1 (bad mailbox)'], { status: '5.1.1', statusRemark: '(bad mailbox)' }],
    ['with a remark at once', ['Status: 5.1.1(bad)'], { status: '5.1.1', statusRemark: '(bad)' }],
    ['with a remark far away', ['Status: 5.1.1 \t (bad)'], { status: '5.1.1', statusRemark: '(bad)' }],
    ['that is none', ['Status: 3.1.1'], {}],
    ['that is a word', ['Status: see 5.1.1'], {}],
    ['that is a reply code', ['Status: 550'], {}],
    [
      'the diagnostic',
      ['Diagnostic-Code: SMTP; 550 5.1.1 User unknown'],
      { diagnosticType: 'smtp', diagnostic: '550 5.1.1 User unknown' },
    ],
    ['with spaces', ['Diagnostic-Code: x-unix \t ;  gone'], { diagnosticType: 'x-unix', diagnostic: 'gone' }],
    ['without any', ['Diagnostic-Code: s;gone'], { diagnosticType: 's', diagnostic: 'gone' }],
    ['without a type', ['Diagnostic-Code: 550 gone'], { diagnostic: '550 gone' }],
    ['with a later semicolon', ['Diagnostic-Code: 550 gone; smtp; x'], { diagnostic: '550 gone; smtp; x' }],
    [
      'on two lines',
      ['Diagnostic-Code: smtp; 550', '\tUser unknown'],
      { diagnosticType: 'smtp', diagnostic: '550 User unknown' },
    ],
  ])('%s: %j', (_, lines, fields) => {
    expect(blocksOf([KIM, FAILED, ...lines])).toEqual([{ ...kim, ...fields }]);
  });

  test.each([
    ['Action: failed', 'failed'],
    ['Action: Delayed', 'delayed'],
    ['Action: "relayed" (to a host)', 'relayed'],
    ['Action: 5', ''],
    ['X-Note: no action at all', ''],
  ])('%s is the action %j', (line, action) => {
    expect(blocksOf([KIM, line])).toEqual([{ ...kim, action }]);
  });

  test.each<[string, readonly string[], string | null]>([
    [
      'the address that we wrote to',
      [KIM, 'Original-Recipient: rfc822; lee@client.example'],
      'lee@client.example',
    ],
    ['no original one that is local', [KIM, 'Original-Recipient: unix; lee'], 'kim@client.example'],
    [
      'the final one before the actual one',
      [KIM, 'X-Actual-Recipient: rfc822; lee@client.example'],
      'kim@client.example',
    ],
    [
      'the actual one where the final one is local',
      ['Final-Recipient: unix; kim', 'X-Actual-Recipient: rfc822; lee@client.example'],
      'lee@client.example',
    ],
    ['the original one alone', ['Original-Recipient: rfc822; lee@client.example'], 'lee@client.example'],
    ['nobody', ['Final-Recipient: unix; kim'], null],
  ])('B6: whom it is about: %s', (_, lines, address) => {
    expect(blocksOf([...lines, FAILED])).toEqual([{ ...kim, address }]);
  });
});

describe('E4, RFC 3464 2.1: where the fields of one recipient end, or one takes the blame for another', () => {
  test.each<[string, readonly string[], readonly StatusBlock[]]>([
    ['at an empty line', [KIM, FAILED, '', LEE, FAILED], [kim, lee]],
    [
      'at one of white space',
      [KIM, FAILED, ' \t', 'Original-Recipient: rfc822; lee@client.example', FAILED],
      [kim, lee],
    ],
    ['at a second recipient', [KIM, FAILED, LEE, FAILED], [kim, lee]],
    ['at one with a space before the colon', [KIM, FAILED, LEE.replace(':', ' \t:'), FAILED], [kim, lee]],
    ['at one in small letters', [KIM.toLowerCase(), FAILED, LEE.toLowerCase(), FAILED], [kim, lee]],
    [
      'not at the first one, which may stand behind the original one',
      ['Original-Recipient: rfc822; kim@client.example', 'Final-Recipient: unix; box17', FAILED],
      [kim],
    ],
    [
      'nor at the first one of a later group',
      [KIM, FAILED, '', 'Original-Recipient: rfc822; lee@client.example', 'Final-Recipient: unix; 7', FAILED],
      [kim, lee],
    ],
    ['nor at a word in another field', [KIM, `X-Note: ${LEE}`, FAILED], [kim]],
    ['several empty lines are one', ['', KIM, FAILED, '', '', '', LEE, FAILED, ''], [kim, lee]],
    [
      'the fields of the message are no recipient',
      ['Reporting-MTA: dns; mx.client.example', '', KIM, FAILED],
      [kim],
    ],
    ['an action alone is one without a name', [FAILED], [nobody]],
    [
      'a name alone is one without an action',
      ['Original-Recipient: rfc822; lee@client.example'],
      [{ ...lee, action: '' }],
    ],
    ['nothing at all', ['Reporting-MTA: dns; mx.client.example'], []],
  ])('%s', (_, lines, blocks) => {
    expect(blocksOf(lines)).toEqual(blocks);
  });

  test.each<[string, readonly string[], readonly StatusBlock[]]>([
    ['for all that have none', [FAILED, '', KIM, '', LEE], [kim, lee]],
    [
      'not for one with its own',
      [FAILED, '', KIM, '', LEE, 'Action: delayed'],
      [kim, { ...lee, action: 'delayed' }],
    ],
    [
      'not where the first has its own',
      [FAILED, '', KIM, 'Action: delayed'],
      [nobody, { ...kim, action: 'delayed' }],
    ],
    ['not where it is a recipient itself', [KIM, FAILED, '', LEE], [kim, { ...lee, action: '' }]],
  ])('an Action among the fields of the message counts below: %s', (_, lines, blocks) => {
    expect(blocksOf(lines)).toEqual(blocks);
  });

  test('hardening: a report on more than 50 is cut', () => {
    const lines = Array.from({ length: 51 }, (_, index) => [
      `Final-Recipient: rfc822; lead${index}@client.example`,
      FAILED,
    ]).flat();
    expect(blocksOf(lines)?.map(({ address }) => address)).toEqual(
      Array.from({ length: 50 }, (_, index) => `lead${index}@client.example`),
    );
  });
});

describe('E4: where a delivery report stands', () => {
  test('in its part, in the letters of RFC 3464 or of RFC 6533', () => {
    expect(blocksOf([KIM, FAILED], 'message/delivery-status')).toEqual([kim]);
    expect(blocksOf([KIM, FAILED], 'message/global-delivery-status')).toEqual([kim]);
    expect(blocksOf([KIM, FAILED], 'text/plain')).toBeNull();
  });

  test('the part counts before the text', () => {
    const parts = [{ contentType: 'message/delivery-status', text: `${KIM}\n${FAILED}` }];
    expect(statusBlocksOf(mail({ text: `${LEE}\n${FAILED}`, parts }))).toEqual([kim]);
  });

  test.each<[string, readonly string[], readonly StatusBlock[] | null]>([
    ['where the MIME structure got lost', ['--x1', '', KIM, FAILED, '', '--x1'], [kim]],
    ['in letters of any size', [KIM.toUpperCase(), FAILED], [kim]],
    ['one whole recipient is enough', [KIM, FAILED, '', LEE], [kim, { ...lee, action: '' }]],
    ['no action', [KIM, 'Status: 5.1.1'], null],
    ['no address', ['Final-Recipient: unix; kim', FAILED], null],
    ['an address here, an action there', [LEE, 'Action: 5', '', 'Final-Recipient: unix; kim', FAILED], null],
    ['no final recipient', ['Original-Recipient: rfc822; kim@client.example', FAILED], null],
    ['one that is quoted', [`> ${LEE}`, '', 'Original-Recipient: rfc822; kim@client.example', FAILED], null],
    ['ordinary words', ['Hello'], null],
  ])('in the text: %s', (_, lines, blocks) => {
    expect(blocksInText(lines)).toEqual(blocks);
  });

  test('hardening 142: who answers and pastes or attaches a report bounces nobody', () => {
    const parts = [{ contentType: 'message/delivery-status', text: `${KIM}\n${FAILED}` }];
    const headers = { 'in-reply-to': '<m-1@sender.example>' };
    expect(statusBlocksOf(mail({ headers, parts }))).toBeNull();
    expect(statusBlocksOf(mail({ headers, text: `${KIM}\n${FAILED}` }))).toBeNull();
  });
});
