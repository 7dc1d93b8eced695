/** As a part of a name between underscores, or anywhere where nothing else is called so. */
const NAMES =
  /TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|AUTHORIZATION|(?:API|PRIVATE|ACCESS)_?KEY|(?:^|_)(?:[A-Z0-9]*KEYS?|PASS|PWD|AUTH|JWT|DSN|BEARER|PRIVATE|COOKIE|SALT|WEBHOOK)(?:_|$)/i;

/** Values that are secrets whatever they are called. */
const VALUES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  // A password in a URL. Bounded, else a long text would be searched anew from each of its letters.
  /[a-z][a-z0-9+.-]{0,30}:\/\/[^/\s:@]*:[^/\s@]+@/i,
  /\b(?:gh[opsur]_|github_pat_|glpat-|npm_|hf_|xox[abeoprs]-|sk_live_|rk_live_|sk-)[A-Za-z0-9_-]{12,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bAIza[A-Za-z0-9_-]{35}\b/,
  // A JSON Web Token.
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\./,
  /\b(?:Bearer|Basic) [A-Za-z0-9+/=_.-]{12,}/i,
];

/** Whether a variable is to be kept out of a file. Errs on the side of keeping it out. */
export function looksSecret(name: string, value: string): boolean {
  return NAMES.test(name) || VALUES.some((pattern) => pattern.test(value));
}
