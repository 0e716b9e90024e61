/** One field of a command line to a helper: every byte but `A-Z a-z 0-9 / . _ -` as `%XX`; an empty field is `%`. */
export function encodeField(text: string): string {
  if (text === '') return '%';
  let encoded = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    encoded += /[A-Za-z0-9/._-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
