/** What the browser is given, carried as text: esbuild loads it so, vitest by the plugin in its configuration. */
declare module '*.css' {
  const text: string;
  export default text;
}
declare module '*/page.js' {
  const text: string;
  export default text;
}
