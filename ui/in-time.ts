/** A network that says nothing is no network, and a database that does not answer keeps nothing: ask, and give up after a while. */

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

/**
 * @param work  cannot be let go, only left: it may still be done
 * @throws DOMException `TimeoutError`; what the work throws later is nobody's
 */
export async function patiently<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    const out = new Promise<never>((_, refuse) => (timer = setTimeout(() => refuse(new DOMException('No answer in time.', 'TimeoutError')), ms)))
    return await Promise.race([work, out])
  } finally {
    clearTimeout(timer)
  }
}
