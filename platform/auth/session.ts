/** Who is calling: what the HTTP and live doors ask of whoever keeps sessions. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Actor } from '#kernel/actor.ts'
import type { Instant } from '#kernel/names.ts'

/** The only cookie there is. `__Host-` makes the browser insist on Secure, Path=/ and no Domain. */
export const cookieName = '__Host-gengfu'

/** A session as its owner may know it. The secret itself is nowhere in it. */
export type Session = {
  readonly id: string
  /** What a browser repeats in the header `x-gengfu-csrf`; derived from the secret, so it is never stored. */
  readonly csrf: string
  readonly mustChangePassword: boolean
  readonly idleExpiresAt: Instant
  readonly expiresAt: Instant
}

export type Authenticated = { readonly actor: Actor; readonly session: Session }

/**
 * Find the session behind a secret.
 *
 * `touch`: this call is its owner's own doing, so the idle time starts anew. `expired` is said only of a
 * session that there was; whatever else is `unknown`.
 */
export type Authenticate = (call: {
  readonly token: string
  readonly touch: boolean
}) => Promise<Authenticated | 'unknown' | 'expired'>

/** What is kept of a secret. 256 random bits need no salt and no slow hash. */
export const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/** Bound to the session, useless without its cookie. */
export const csrfOf = (token: string): string => createHash('sha256').update(`csrf:${token}`).digest('base64url')

/** Compare without telling by the time taken how much was right. */
export function sameSecret(given: string, wanted: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(wanted))
}

/** `Set-Cookie` for a session; no `Max-Age` past the session's own absolute end. */
export const cookieOf = (token: string, seconds: number): string =>
  `${cookieName}=${token}; Path=/; Max-Age=${Math.max(0, Math.floor(seconds))}; HttpOnly; Secure; SameSite=Strict`

export const cookieGone = `${cookieName}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict`
