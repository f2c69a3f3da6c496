/** A network that says nothing is no network: ask, and give up after a while. */

/**
 * @param ask    is given the signal that lets go
 * @param letGo  lets go earlier
 * @throws what `ask` throws when its signal is aborted
 */
export async function inTime<T>(ms: number, ask: (signal: AbortSignal) => Promise<T>, letGo?: AbortSignal): Promise<T> {
  // AbortSignal.any and .timeout are younger than the phones that are in use
  const attempt = new AbortController()
  const give = () => attempt.abort()
  if (letGo?.aborted) give()
  letGo?.addEventListener('abort', give)
  const timer = setTimeout(give, ms)
  try {
    return await ask(attempt.signal)
  } finally {
    clearTimeout(timer)
    letGo?.removeEventListener('abort', give)
  }
}
