/**
 * Text as Telegram's HTML mode wants it: `<`, `>` and `&` as entities. What comes from a stranger can open no tag.
 */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The words of our own HTML, for who refuses its entities. */
export function plainOfHtml(html: string): string {
  return html
    .replaceAll(/<\/?[a-z]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** A page of plain lines: its first one in bold, all else as it is. */
export function headedHtml(text: string): string {
  return escapeHtml(text).replace(/[^\n]*/, '<b>$&</b>');
}
