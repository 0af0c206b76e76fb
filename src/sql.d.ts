/** A migration's text: esbuild loads `.sql` as text, vitest by the plugin in its configuration. */
declare module '*.sql' {
  const text: string;
  export default text;
}
