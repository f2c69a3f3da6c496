/** How long to wait before trying again, and how long a socket may be silent. Pure. */

/** A server that is started again is back within some seconds: so many attempts are made at its pace before patience grows. */
const quickAttempts = 8

/**
 * Milliseconds before attempt `attempt` (0 is the first after a loss): half a second, then a second for a while, then doubling to
 * 15 s; spread between half and the whole so that a restarted server is not met by everybody at once.
 *
 * @param chance  [0, 1)
 */
export function reconnectDelay(attempt: number, chance: number): number {
  const ceiling = attempt === 0 ? 500 : Math.min(15_000, 1000 * 2 ** Math.min(10, Math.max(0, attempt - quickAttempts)))
  return Math.round(ceiling * (0.5 + chance / 2))
}

/**
 * How long the server may say nothing before the socket counts as dead, in ms. It greets at once and then every 15 s
 * (platform/live/hub.ts); a phone that walked out of coverage hears neither that nor a close.
 */
export const silenceAllowed = (hellos: number): number => (hellos === 0 ? 10_000 : 40_000)
