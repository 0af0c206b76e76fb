/** Words that a reader sees: templates, link targets and marks of Markdown are none. */
export function countWords(body: string): number {
  const visible = body
    .replace(/\{\{.*?\}\}|\{%.*?%\}/gs, ' ')
    .replace(/\]\([^)]{0,2000}\)|<[^<>]{0,2000}>/g, ' ');
  return visible.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}
