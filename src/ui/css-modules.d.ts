declare module '*.module.css' {
  const names: Readonly<Record<string, string>>;
  // biome-ignore lint/style/noDefaultExport: the form in which the bundler gives a style sheet
  export default names;
}
declare module '*.css';
