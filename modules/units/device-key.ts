/** Keys of devices: secrets that a person can type into a phone. */

/** Without 0/o, 1/l/i: what is read aloud is typed right. 31 letters, so just under 5 bits each. */
const letters = '23456789abcdefghjkmnpqrstuvwxyz'
const groups = 6
const groupLetters = 5

/**
 * `k7mqp-2x9dw-…`: 30 letters, 148 bits. Not to be guessed, so no limit on trials is what keeps it safe.
 *
 * @param randomBytes  from a cryptographic source
 */
export function deviceKey(randomBytes: (count: number) => Uint8Array): string {
  const chosen: string[] = []
  while (chosen.length < groups * groupLetters) {
    for (const byte of randomBytes(48)) {
      // 248 is the highest multiple of 31 in a byte: taking more would favour the first letters.
      if (byte < 248 && chosen.length < groups * groupLetters) chosen.push(letters[byte % letters.length]!)
    }
  }
  return Array.from({ length: groups }, (_, group) => chosen.slice(group * groupLetters, (group + 1) * groupLetters).join('')).join('-')
}
