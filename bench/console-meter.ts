/** What runs in the page to measure it, and what of the page it may look at. */
import type { Map as MapLibreMap } from 'maplibre-gl'
import type { Drawn } from '#ui/map/crowd-canvas.ts'

/** The map's element with `?probe` in the address (ui/map/engine.ts). */
export type Probe = { readonly map: MapLibreMap; readonly drawn: () => Drawn }

export type Metered = {
  /** Between one frame and the next, ms. */
  readonly frames: number[]
  /** Tasks over 50 ms, as the browser reports them. */
  readonly tasks: number[]
  /** From a key to the next picture, ms, as the browser reports it; below 16 it says nothing, which counts as 16. */
  readonly keys: number[]
}

declare global {
  interface Window {
    meter: { begin(): void; end(): Metered; until(isSo: () => boolean): Promise<number> }
  }
}

/** Given to the page as it stands here: it may name nothing outside of itself. */
export function meter(): void {
  let now: { frames: number[]; tasks: number[]; keys: number[] } | undefined
  let [last, presses] = [0, 0]
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) now?.tasks.push(duration)
  }).observe({ type: 'longtask' })
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) if (name === 'keydown') now?.keys.push(duration)
  }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
  addEventListener('keydown', () => void presses++, true)
  const frame = (at: number) => {
    if (now) {
      if (last > 0) now.frames.push(at - last)
      last = at
    }
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  window.meter = {
    begin() {
      now = { frames: [], tasks: [], keys: [] }
      ;[last, presses] = [0, 0]
    },
    end() {
      const done = now!
      now = undefined
      while (done.keys.length < presses) done.keys.push(16)
      return done
    },
    /** From the next press of the pointer until it is so and drawn, ms; no longer than 5 s. */
    until: (isSo) =>
      new Promise((resolve) => {
        addEventListener('pointerdown', ({ timeStamp }) => {
          const look = () => requestAnimationFrame(isSo() || performance.now() - timeStamp > 5_000 ? () => resolve(performance.now() - timeStamp) : look)
          look()
        }, { capture: true, once: true })
      }),
  }
}
