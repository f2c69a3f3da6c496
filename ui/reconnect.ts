/** How long to wait before trying again, and how long a socket may be silent. Pure. */

/**
 * Milliseconds before attempt `attempt` (0 is the first after a loss): doubling from 0.5 s to 15 s, spread between
 * half and the whole so that a restarted server is not met by everybody at once.
 *
 * @param chance  [0, 1)
 */
export function reconnectDelay(attempt: number, chance: number): number {
  const ceiling = Math.min(15_000, 500 * 2 ** Math.min(attempt, 10))
  return Math.round(ceiling * (0.5 + chance / 2))
}

/**
 * How long the server may say nothing before the socket counts as dead, in ms. It greets at once and then every 15 s
 * (platform/live/hub.ts); a phone that walked out of coverage hears neither that nor a close.
 */
export const silenceAllowed = (hellos: number): number => (hellos === 0 ? 10_000 : 40_000)
