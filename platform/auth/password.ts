/** Passwords: argon2id, computed off the event loop by the library's own threads. */
import { hash, parseOptions, verify } from '@node-rs/argon2'

/** How hard a guess is made. OWASP's first choice is 19 MiB × 2; tests take the least that the algorithm allows. */
export type PasswordCost = { readonly memoryKib: number; readonly passes: number }
export const usualCost: PasswordCost = { memoryKib: 19_456, passes: 2 }

const argon2id = 2 // the library's const enum does not exist at run time

// A handful of guesses at once may take memory; the rest wait their turn.
const atOnce = 4
let running = 0
const waiting: (() => void)[] = []
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

/** The stored form of a password, with its own salt and cost written in it. */
export const hashPassword = (password: string, cost: PasswordCost = usualCost): Promise<string> =>
  inTurn(() => hash(normal(password), { algorithm: argon2id, memoryCost: cost.memoryKib, timeCost: cost.passes, parallelism: 1 }))

/** Whether this is the password. */
export const verifyPassword = (stored: string, password: string): Promise<boolean> =>
  inTurn(() => verify(stored, normal(password)))

/** Whether a stored password was made cheaper than we now want; then the next right sign-in stores it anew. */
export function isWeakerThan(stored: string, cost: PasswordCost): boolean {
  const made = parseOptions(stored)
  return made.memoryCost < cost.memoryKib || made.timeCost < cost.passes
}

/** One form for the several ways in which keyboards write the same letters. */
const normal = (password: string) => password.normalize('NFKC')

export type PasswordRules = { readonly lengthMin: number; readonly classesMin: number }
export const usualRules: PasswordRules = { lengthMin: 12, classesMin: 3 }

export type Weakness = 'password-too-short' | 'password-too-plain' | 'password-has-name'

/**
 * What is wrong with a new password, or undefined.
 *
 * Length counts characters as people see code points; the four classes are small and capital letters, digits,
 * and all else (Chinese characters count as "all else"). At 20 characters and more, length alone suffices.
 */
export function weakness(password: string, name: string, rules: PasswordRules): Weakness | undefined {
  const text = normal(password)
  const length = [...text].length
  if (length < rules.lengthMin) return 'password-too-short'
  if (name.length >= 3 && text.toLowerCase().includes(name.toLowerCase())) return 'password-has-name'
  if (new Set(text).size < 5) return 'password-too-plain'
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((one) => one.test(text)).length
  if (classes < rules.classesMin && length < 20) return 'password-too-plain'
  return undefined
}

// No 0 O 1 l I: a one-time password is read aloud and typed from paper.
const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/**
 * A one-time password such as `Kmn4-x9Ta-Qe7w-hU2p`: 16 letters of 56, 92 bits.
 *
 * @param randomBytes a source fit for secrets
 */
export function oneTimePassword(randomBytes: (count: number) => Uint8Array): string {
  for (;;) {
    const picked: string[] = []
    while (picked.length < 16) {
      for (const byte of randomBytes(32)) {
        // Bytes past the last whole multiple would favour the first letters.
        if (byte < letters.length * 4 && picked.length < 16) picked.push(letters[byte % letters.length]!)
      }
    }
    const groups = [0, 4, 8, 12].map((start) => picked.slice(start, start + 4).join(''))
    const password = groups.join('-')
    if (!weakness(password, '', usualRules)) return password
  }
}
