/** Looking again and again: the next look begins some time after the answer to the one before, and never are there two at once. */

export type Chain = {
  /** Look now, or once more when the look that is under way is over; as at a tick, or because somebody asked. @returns resolves when what was asked for after this call is there, or failed */
  readonly now: (isTick?: boolean) => Promise<void>
  readonly stop: () => void
}

/**
 * Looks at once, then every so often.
 *
 * @param look       must not throw; the signal is given when nobody wants the answer any more
 * @param isWatched  a tick that nobody sees is left out
 */
export function chained(look: (signal: AbortSignal, isTick: boolean) => Promise<void>, everyMs: number, isWatched: () => boolean): Chain {
  const ended = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  function run(isTick: boolean): Promise<void> {
    clearTimeout(timer)
    running = look(ended.signal, isTick).finally(() => {
      running = undefined
      if (!next) wait()
    })
    return running
  }
  function wait() {
    if (ended.signal.aborted) return
    timer = setTimeout(() => (isWatched() ? void run(true) : wait()), everyMs)
  }
  let isAsked = false
  const once = () => {
    const isTick = !isAsked
    next = undefined
    isAsked = false
    return ended.signal.aborted ? Promise.resolve() : run(isTick)
  }
  void run(false)
  return {
    now(isTick = false) {
      isAsked ||= !isTick
      return running ? (next ??= running.then(once)) : once()
    },
    stop() {
      ended.abort()
      clearTimeout(timer)
    },
  }
}
