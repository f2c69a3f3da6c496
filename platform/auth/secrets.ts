/** All that is done with secrets, as one thing to be handed to whoever keeps accounts. */
import { hashPassword, isWeakerThan, oneTimePassword, usualCost, usualRules, verifyPassword, weakness, type PasswordCost, type PasswordRules } from './password.ts'
import { csrfOf, digestOf, sameSecret } from './session.ts'

export type Secrets = {
  hash(password: string): Promise<string>
  verify(stored: string, password: string): Promise<boolean>
  /** As much work as `verify`, and always wrong: for names that there are not. */
  verifyNobody(password: string): Promise<false>
  /** Made at a lower cost than is wanted now. */
  isOutdated(stored: string): boolean
  weakness(password: string, name: string): ReturnType<typeof weakness>
  readonly rules: PasswordRules
  oneTimePassword(): string
  /** 256 bits, 43 characters. */
  newToken(): string
  digest(text: string): Buffer
  csrf(token: string): string
  same(given: string, wanted: string): boolean
}

/** @param options.randomBytes fit for secrets: `crypto.randomBytes` */
export function createSecrets(options: { randomBytes: (count: number) => Uint8Array; cost?: PasswordCost; rules?: PasswordRules }): Secrets {
  const { randomBytes, cost = usualCost, rules = usualRules } = options
  const newToken = () => Buffer.from(randomBytes(32)).toString('base64url')
  let nobody: Promise<string> | undefined
  return {
    hash: (password) => hashPassword(password, cost),
    verify: verifyPassword,
    async verifyNobody(password) {
      nobody ??= hashPassword(newToken(), cost)
      await verifyPassword(await nobody, password)
      return false
    },
    isOutdated: (stored) => isWeakerThan(stored, cost),
    weakness: (password, name) => weakness(password, name, rules),
    rules,
    oneTimePassword: () => oneTimePassword(randomBytes),
    newToken,
    digest: digestOf,
    csrf: csrfOf,
    same: sameSecret,
  }
}
