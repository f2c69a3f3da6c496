/**
 * The typed way to the server's HTTP doors: one session, one language, one kind of error.
 *
 * Browsers are known by the cookie; every write repeats the CSRF token that came with the session. Nothing is
 * retried here except a write refused for an outdated CSRF token, which never reached a handler.
 */
import { isSomebodyThere } from './activity.ts'
import { noteServerTime } from './clock.ts'

/** What went wrong, for programs (`code`) and for people (`because`, already in their language). */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly because: string
  readonly details: readonly ProblemDetail[]

  constructor(status: number, code: string, because: string, details: readonly ProblemDetail[] = []) {
    super(`${code}: ${because}`)
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.because = because
    this.details = details
  }
}

export type ProblemDetail = { readonly path: string; readonly found: string; readonly expected: string }

/** Said when the answer carries no sentence of its own: the server is out of reach, or something stands before it. */
const ownSentences = {
  'zh-CN': {
    offline: '连不上服务器，请检查网络。',
    'no-answer': '服务器没有给出可读的回答（{status}）。',
    'session-expired': '登录已失效，请重新登录。',
  },
  en: {
    offline: 'The server cannot be reached. Check the network.',
    'no-answer': 'The server gave no readable answer ({status}).',
    'session-expired': 'The session is over. Sign in again.',
  },
} as const

export type ClientLanguage = keyof typeof ownSentences

let language: ClientLanguage = 'zh-CN'
let csrf = ''
let account: string | undefined
let lost: (reason: SessionLost) => void = () => {}

/** Why the session is over or may not go on: sign in again, or choose a new password first. */
export type SessionLost = 'not-signed-in' | 'session-expired' | 'must-change-password'

/** The language of sentences in answers from now on. */
export const setClientLanguage = (next: ClientLanguage): void => void (language = next)

/** The token that proves a write comes from our own page, and whose session it came with. Without a token the first write fetches it. */
export function rememberCsrf(token: string | undefined, ofAccount: string | undefined): void {
  csrf = token ?? ''
  account = ofAccount
}

/** Who is told when any call finds that the session is over. One listener: the session provider. */
export const onSessionLost = (listener: (reason: SessionLost) => void): void => void (lost = listener)

/** A fresh id for one intent. Keep it when asking again: the same id twice is one command. */
export function newCommandId(): string {
  // randomUUID exists only on https and localhost; a county's first install may be plain http on a local network
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A command that was sent; nobody knows whether it arrived. */
export type Unanswered = { readonly id: string; readonly said: string }

export type CommandIds = {
  /** The same for the same words until they were answered: one whose answer was lost is sent again as what it was. */
  readonly of: (said: string) => string
  /** It was answered; the same words again are meant again. */
  readonly answered: () => void
}

/** The ids of one place where things are said, one after the other. @param last  what was said there before, without an answer */
export function commandIds(last: Unanswered = { id: '', said: '' }): CommandIds {
  let open = last
  return {
    of(said) {
      if (open.said !== said) open = { id: newCommandId(), said }
      return open.id
    },
    answered: () => void (open = { id: '', said: '' }),
  }
}

export type CallOptions = {
  readonly signal?: AbortSignal
  /** Answers of 401 mean "wrong password" here, not "the session is over". */
  readonly sessionless?: boolean
  /** Whose call it is: in the session of anybody else it is not made. */
  readonly account?: string
}

type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

async function call<T>(method: Method, path: string, body: unknown, options: CallOptions, read: (response: Response) => Promise<unknown> = readJson, again = true): Promise<T> {
  if (options.account !== undefined && options.account !== account) throw sessionOver()
  const headers: Record<string, string> = {
    accept: 'application/json',
    'accept-language': language,
    'x-gengfu-language': language === 'en' ? 'en' : 'zh',
  }
  if (method !== 'GET' && csrf) headers['x-gengfu-csrf'] = csrf
  if (!isSomebodyThere(performance.now())) headers['x-gengfu-background'] = '1'
  let content: BodyInit | undefined
  if (body instanceof Blob) {
    headers['content-type'] = body.type || 'application/octet-stream'
    content = body
  } else if (body !== undefined) {
    headers['content-type'] = 'application/json'
    content = JSON.stringify(body)
  }

  let response: Response
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      ...(content === undefined ? {} : { body: content }),
      ...(options.signal ? { signal: options.signal } : {}),
    })
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw new Problem(0, 'offline', ownSentences[language].offline)
  }

  const date = response.headers.get('date')
  if (date) noteServerTime(Date.parse(date), 1000)
  if (response.status === 204) return undefined as T // the caller's T says so: a 204 has no body
  const answer = await (response.ok ? read : readJson)(response)
  options.signal?.throwIfAborted() // given up in the middle of the answer, which is then none
  if (response.ok) {
    if (answer === undefined) throw noAnswer(502) // something in between said yes: a page to sign in to a network, a proxy's own
    return answer as T // the server holds every reply to the schema that T stands for
  }

  const problem = problemOf(response.status, answer)
  if (problem.code === 'csrf' && again) {
    const renewed = await renewCsrf(options.signal)
    if (renewed === 'renewed') return call(method, path, body, options, read, false)
    if (renewed === 'of-another') {
      lost('session-expired')
      throw sessionOver()
    }
  }
  if (problem.status === 401 && problem.code !== 'no-answer' && !options.sessionless) lost(problem.code === 'session-expired' ? 'session-expired' : 'not-signed-in')
  if (problem.code === 'must-change-password') lost('must-change-password')
  throw problem
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}

export type NamedFile = { readonly name: string; readonly blob: Blob }

const readFile = async (response: Response): Promise<NamedFile> => ({
  name: /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'file',
  blob: await response.blob(),
})

/** The server's own problem where the answer has that shape; else one that says nothing readable came. */
export function problemOf(status: number, answer: unknown): Problem {
  if (answer && typeof answer === 'object' && 'code' in answer && typeof answer.code === 'string') {
    const because = 'because' in answer && typeof answer.because === 'string' ? answer.because : answer.code
    const details = 'details' in answer && Array.isArray(answer.details) ? (answer.details as ProblemDetail[]) : []
    return new Problem(status, answer.code, because, details)
  }
  return noAnswer(status)
}

const noAnswer = (status: number) => new Problem(status, 'no-answer', ownSentences[language]['no-answer'].replace('{status}', String(status)))

const sessionOver = () => new Problem(401, 'session-expired', ownSentences[language]['session-expired'])

/** Another tab may have signed in since: where it is the same account, its session is ours too, and its token is not known here. Anybody else's is not ours to write in. */
async function renewCsrf(signal: AbortSignal | undefined): Promise<'renewed' | 'of-another' | 'no'> {
  if (account === undefined) return 'no'
  try {
    const response = await fetch('/api/session', { credentials: 'same-origin', headers: { accept: 'application/json' }, ...(signal ? { signal } : {}) })
    if (!response.ok) return 'no'
    const session = (await response.json()) as { csrf?: string; account?: string }
    if (!session.csrf) return 'no'
    if (session.account !== account) return 'of-another'
    if (session.csrf === csrf) return 'no'
    csrf = session.csrf
    return 'renewed'
  } catch {
    return 'no'
  }
}

/**
 * Calls by method. Bodies are sent as JSON, a `Blob` as its own bytes.
 *
 * @throws Problem on every answer that is not 2xx, with code `offline` when there is no answer, and `no-answer` when it is not our server's
 */
export const api = {
  get: <T>(path: string, options: CallOptions = {}): Promise<T> => call<T>('GET', path, undefined, options),
  post: <T>(path: string, body?: unknown, options: CallOptions = {}): Promise<T> => call<T>('POST', path, body, options),
  patch: <T>(path: string, body?: unknown, options: CallOptions = {}): Promise<T> => call<T>('PATCH', path, body, options),
  put: <T>(path: string, body?: unknown, options: CallOptions = {}): Promise<T> => call<T>('PUT', path, body, options),
  /** A write that answers with a file. */
  postForFile: (path: string, body: unknown, options: CallOptions = {}): Promise<NamedFile> => call<NamedFile>('POST', path, body, options, readFile),
  delete: <T>(path: string, body?: unknown, options: CallOptions = {}): Promise<T> => call<T>('DELETE', path, body, options),
}

/**
 * Send a large file and say how far it is. `fetch` cannot say that; XMLHttpRequest can.
 *
 * @param onShare  0…1 of the bytes handed to the network
 */
export function upload<T>(path: string, file: Blob, onShare: (share: number) => void, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', path)
    request.responseType = 'json'
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.setRequestHeader('accept', 'application/json')
    request.setRequestHeader('x-gengfu-language', language === 'en' ? 'en' : 'zh')
    if (csrf) request.setRequestHeader('x-gengfu-csrf', csrf)
    request.upload.onprogress = (event) => event.lengthComputable && onShare(event.loaded / event.total)
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) {
        if (request.status !== 204 && request.response === null) return reject(noAnswer(502))
        return resolve(request.response as T) // held to its schema by the server
      }
      const problem = problemOf(request.status, request.response)
      if (problem.status === 401) lost('session-expired')
      reject(problem)
    }
    request.onerror = () => reject(new Problem(0, 'offline', ownSentences[language].offline))
    request.onabort = () => reject(new DOMException('Aborted', 'AbortError'))
    signal?.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

/** What to tell a person about anything that was thrown. */
export function becauseOf(thrown: unknown): string {
  if (thrown instanceof Problem) return thrown.because
  return thrown instanceof Error ? thrown.message : String(thrown)
}
