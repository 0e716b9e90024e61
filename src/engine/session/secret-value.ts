/** Shorter values would mask ordinary words of the output. */
const MIN_SECRET_LENGTH = 8;

/** A variable that was kept out because of its name: its value is masked in what is stored. */
export function secretValue(name: string, value: string | undefined): string[] {
  const looksSecret = /KEY|TOKEN|SECRET|PASS|CREDENTIAL|AUTH/i.test(name);
  return looksSecret && value !== undefined && value.length >= MIN_SECRET_LENGTH ? [value] : [];
}
