/**
 * Whether somebody is there. A session ends after so long with nobody at the keys; the live feed keeps a screen true
 * without anybody, so the page itself must tell the two apart.
 */

/** What is asked so long after the last key or touch is asked by the page, not by a person. */
const presentMs = 60_000
/** A person who only watches and points still keeps the session, at this pace. */
const renewMs = 4 * 60_000

let activeAt = -Infinity

/** Note a sign of life. Exported for tests; the page listens by itself. */
export const noteActivity = (at: number): void => void (activeAt = at)

export const isSomebodyThere = (at: number): boolean => at - activeAt <= presentMs

/**
 * Call `renew` when somebody is there and nothing was renewed for a while. Returns how to stop.
 *
 * @param renew  asks the server something that counts as use
 */
export function keepWhileUsed(renew: () => void): () => void {
  let renewedAt = performance.now()
  const onUse = () => {
    const at = performance.now()
    noteActivity(at)
    if (at - renewedAt < renewMs) return
    renewedAt = at
    renew()
  }
  const kinds = ['keydown', 'pointerdown', 'wheel'] as const
  for (const kind of kinds) window.addEventListener(kind, onUse, { capture: true, passive: true })
  return () => {
    for (const kind of kinds) window.removeEventListener(kind, onUse, { capture: true })
  }
}
