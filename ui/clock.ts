/**
 * The server's clock as this page knows it. Ages and timers are counted on it: a phone ten minutes slow must not
 * show every position as from the future.
 */
import { useEffect, useState } from 'react'

let offsetMs = 0
let offsetErrorMs = Infinity

/**
 * Hear what time the server says it is now.
 *
 * @param errorMs  how far off it may be: a live greeting is good to its travel time, an HTTP date to a second.
 *                 A worse hint never replaces a better one, unless they contradict each other.
 */
export function noteServerTime(serverMs: number, errorMs: number): void {
  if (!Number.isFinite(serverMs)) return
  const next = serverMs - Date.now()
  const contradicts = Math.abs(next - offsetMs) > errorMs + offsetErrorMs
  if (errorMs > offsetErrorMs && !contradicts) return
  offsetMs = next
  offsetErrorMs = errorMs
}

/** Now, on the server's clock, in ms since 1970 UTC. */
export const serverNow = (): number => Date.now() + offsetMs

/** Now, again and again: the component is drawn anew at each full `everyMs` of the server's clock. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    let timer = 0
    const tick = () => {
      setNow(serverNow())
      timer = window.setTimeout(tick, everyMs - (serverNow() % everyMs) + 5)
    }
    timer = window.setTimeout(tick, everyMs - (serverNow() % everyMs) + 5)
    return () => window.clearTimeout(timer)
  }, [everyMs])
  return now
}
