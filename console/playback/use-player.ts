/** The hand on the clock of the past: where it stands, whether it runs, how fast. */
import { useCallback, useEffect, useRef, useState } from 'react'

export const speeds = [1, 2, 5, 10, 30, 60] as const
export type Speed = (typeof speeds)[number]

/** The clock drawn anew so often while it runs: as often as a map of a town can be. */
const drawEveryMs = 66

export type Player = {
  readonly at: number
  readonly playing: boolean
  readonly speed: Speed
  readonly seek: (at: number) => void
  readonly step: (ms: number) => void
  readonly setPlaying: (playing: boolean) => void
  readonly setSpeed: (speed: Speed) => void
}

/** Runs from `from` to `to` and stands still there; playing again from the end begins anew. */
export function usePlayer(from: number, to: number): Player {
  const [at, setAt] = useState(from)
  const [playing, setPlaying] = useState(false)
  const [speed, setSpeed] = useState<Speed>(10)
  const now = useRef(from)

  const seek = useCallback((next: number) => {
    now.current = Math.min(to, Math.max(from, next))
    setAt(now.current)
  }, [from, to])

  useEffect(() => {
    if (!playing) return
    let frame = 0
    let last = performance.now()
    const tick = (time: number) => {
      if (time - last >= drawEveryMs) {
        // A hidden page stands still: nobody looks, and what happened meanwhile would be missed.
        seek(now.current + Math.min(time - last, 1000) * speed)
        last = time
      }
      if (now.current >= to) setPlaying(false)
      else frame = requestAnimationFrame(tick)
    }
    frame = requestAnimationFrame(tick)
    return () => cancelAnimationFrame(frame)
  }, [playing, speed, to, seek])

  const play = useCallback((next: boolean) => {
    if (next && now.current >= to) seek(from)
    setPlaying(next)
  }, [from, to, seek])
  const step = useCallback((ms: number) => seek(now.current + ms), [seek])
  return { at, playing, speed, seek, step, setPlaying: play, setSpeed }
}
