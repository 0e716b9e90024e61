/** Names of variables and options whose values are secrets. */
const NAMED =
  /(?:^|[^a-z])(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|authorization|bearer)(?:$|[^a-z])/i;
const SHAPED =
  /(?:gh[pousr]_|github_pat_|gl(?:pat|dt|rt)-|AKIA|ASIA|sk-|xox[a-z]-|AIza|ya29\.|npm_|pypi-|hf_|[rs]k_(?:live|test)_|eyJ)[A-Za-z0-9_.-]{10,}|-----BEGIN/;
const PATHS =
  /(?:^|\/)\.(?:ssh|gnupg|aws|kube|netrc|npmrc|pypirc|docker|env(?:\.[\w-]+)?)(?:\/|$)|id_(?:rsa|ed25519|ecdsa)|\/etc\/(?:shadow|sudoers)|\.pem$/;
const URL_PASSWORD = /:\/\/[^\s/@]*@/;

/** Long and without structure, as keys are: letters of both kinds and digits mixed. */
function looksRandom(word: string): boolean {
  const run = /[A-Za-z0-9+_=-]{32,}/.exec(word)?.[0];
  return run !== undefined && /\d/.test(run) && /[A-Za-z]/.test(run);
}

/** True for a word that should not be written into a file of rules. */
export function holdsSecret(word: string): boolean {
  return (
    NAMED.test(word) || SHAPED.test(word) || PATHS.test(word) || URL_PASSWORD.test(word) || looksRandom(word)
  );
}
