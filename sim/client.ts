/** One account at the server's public door: signs in when it must, waits when told to, tries again when nobody answers. */
import type { Static } from 'typebox'
import type { SignedIn } from '#modules/organisation/contract.ts'

/** A refusal is an answer. `unreachable` (status 0): nobody answered for as long as we were willing to wait. */
export type Answer<T> =
  | { readonly ok: true; readonly status: number; readonly body: T }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly because: string }

export type Client = {
  readonly name: string
  get<T>(path: string): Promise<Answer<T>>
  /** Repeats safely because every command carries its own id. */
  post<T>(path: string, body: object): Promise<Answer<T>>
  /** Sign in if not yet done; who it is. */
  session(): Promise<Answer<Static<typeof SignedIn>>>
  /** For the live feed: the present token, signing in first if need be. */
  token(): Promise<string | undefined>
  /** End the session at the server, where it answers. */
  leave(): Promise<void>
}

export type ClientOptions = {
  readonly url: string
  readonly name: string
  readonly password: string
  /** Ends every wait at once. */
  readonly stopped: AbortSignal
  /** How long to keep trying one request, ms. */
  readonly patienceMs?: number
  /** One request, ms. */
  readonly timeoutMs?: number
  /** Sign-ins are few per minute and address: this takes turns with other clients. */
  readonly turn?: <T>(work: () => Promise<T>) => Promise<T>
  readonly language?: 'zh' | 'en'
}

/** Two to four tries a minute, then fewer: 250 ms doubling to 8 s. */
const pauseMs = (attempt: number) => Math.min(8000, 250 * 2 ** attempt)

export function client(options: ClientOptions): Client {
  const { url, name, password, stopped, patienceMs = 30_000, timeoutMs = 10_000, turn = (work) => work(), language = 'zh' } = options
  let signedIn: Promise<Answer<Static<typeof SignedIn>>> | undefined

  /** One request until it is answered: waits out 429, 5xx and silence. */
  async function send<T>(method: string, path: string, body: object | undefined, token: string | undefined): Promise<Answer<T>> {
    const until = Date.now() + patienceMs
    for (let attempt = 0; ; attempt++) {
      let last: Answer<T>
      let waitMs = pauseMs(attempt)
      try {
        const reply = await fetch(new URL(path, url), {
          method,
          headers: {
            accept: 'application/json',
            'x-gengfu-language': language,
            ...(body ? { 'content-type': 'application/json' } : {}),
            ...(token ? { authorization: `Bearer ${token}` } : {}),
          },
          body: body ? JSON.stringify(body) : undefined,
          signal: AbortSignal.any([stopped, AbortSignal.timeout(timeoutMs)]),
        })
        const text = await reply.text()
        if (reply.ok) return { ok: true, status: reply.status, body: (text === '' ? null : JSON.parse(text)) as T } // the contract's word
        const problem = problemOf(text)
        last = { ok: false, status: reply.status, ...problem }
        if (reply.status !== 429 && reply.status < 500) return last
        const retryAfter = Number(reply.headers.get('retry-after'))
        if (retryAfter > 0) waitMs = Math.max(waitMs, retryAfter * 1000)
      } catch (error) {
        last = { ok: false, status: 0, code: stopped.aborted ? 'stopped' : 'unreachable', because: (error as Error).message }
      }
      if (stopped.aborted || Date.now() + waitMs > until) return last
      await pause(waitMs, stopped)
    }
  }

  function session(): Promise<Answer<Static<typeof SignedIn>>> {
    signedIn ??= turn(() => send<Static<typeof SignedIn>>('POST', '/api/session', { name, password }, undefined)).then((answer) => {
      if (!answer.ok) signedIn = undefined // the next request tries again
      return answer
    })
    return signedIn
  }

  async function ask<T>(method: string, path: string, body?: object): Promise<Answer<T>> {
    for (let again = false; ; again = true) {
      const present = session()
      const who = await present
      if (!who.ok) return who
      const answer = await send<T>(method, path, body, who.body.token)
      if (answer.ok || answer.status !== 401 || again) return answer
      if (signedIn === present) signedIn = undefined // expired or revoked: once more, from the front door
    }
  }

  return {
    name,
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
    session,
    async token() {
      const who = await session()
      return who.ok ? who.body.token : undefined
    },
    async leave() {
      const present = await signedIn
      signedIn = undefined
      if (!present?.ok) return
      await fetch(new URL('/api/session', url), {
        method: 'DELETE',
        headers: { authorization: `Bearer ${present.body.token}` },
        signal: AbortSignal.timeout(1000),
      }).catch(() => {}) // the server may be gone: then so is the session's use
    },
  }
}

function problemOf(text: string): { code: string; because: string } {
  try {
    const { code, because } = JSON.parse(text) as { code?: unknown; because?: unknown }
    return { code: String(code ?? 'unknown'), because: String(because ?? '') }
  } catch {
    return { code: 'unknown', because: text.slice(0, 200) }
  }
}

/** Wait, or less when stopped. */
export function pause(ms: number, stopped: AbortSignal): Promise<void> {
  if (stopped.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      stopped.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    stopped.addEventListener('abort', done)
  })
}

/** One after another, with a pause between. */
export function turns(pauseMsBetween: number, stopped: AbortSignal): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => {}).then(() => pause(pauseMsBetween, stopped))
    return mine
  }
}
