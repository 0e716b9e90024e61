/** What may stand in front of an operator without being one: spaces, continued lines, closing words, redirections. */
const PASSED =
  /^(?:[ \t]+|\\\n|\)+|\}|(?:fi|done|esac)\b|\d*(?:>>|>\||>&|<&|>|<)[ \t]*(?:'[^']*'|"[^"]*"|[^\s;&|<>()]+))/;
const OPERATOR = /^(?:&&|\|\||\|&|\||;;&|;;|;&|;|&(?!>))/;

/**
 * The operator that joins two steps, from the text of the script between them: `&&`, `||`, `|`, `;`, `&` …; empty at
 * the end of a line, and where nothing can be read.
 */
export function readOperator(between: string): string {
  let rest = between;
  for (let passed = PASSED.exec(rest); passed !== null; passed = PASSED.exec(rest))
    rest = rest.slice(passed[0].length);
  return OPERATOR.exec(rest)?.[0] ?? '';
}
