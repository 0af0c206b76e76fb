/**
 * A draft as its reader sees it: Markdown turned into the text that a mail program shows, links with their address behind them. The
 * same code writes the text part of the mail.
 */
export async function readerText(bodyMarkdown: string): Promise<string> {
  const [{ readMarkdown }, { renderText }] = await Promise.all([
    import('../../adapters/mail/markdown-reader.ts'),
    import('../../adapters/mail/markdown-text.ts'),
  ]);
  return renderText(await readMarkdown(bodyMarkdown));
}
