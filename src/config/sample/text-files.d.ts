/** Files that the bundle carries as text: esbuild loads them so, vitest by the plugin in its configuration. */
declare module '*.md' {
  const text: string;
  export default text;
}
declare module '*.csv' {
  const text: string;
  export default text;
}
declare module '*.toml' {
  const text: string;
  export default text;
}
