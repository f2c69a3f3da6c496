/** Who is signed in, for the whole page. */
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { Static } from 'typebox'
import type { Role } from '#kernel/actor.ts'
import type { SessionView, SignedIn } from '#modules/organisation/contract.ts'
import { keepWhileUsed } from './activity.ts'
import { api, onSessionLost, Problem, rememberCsrf, type SessionLost } from './client.ts'
import { mayAny } from './grants.ts'
import { inTime } from './in-time.ts'

export type Session = Static<typeof SessionView>

export type SessionState =
  | { readonly state: 'asking' } // the first look at the cookie is under way
  | { readonly state: 'unreachable'; readonly problem: Problem }
  | { readonly state: 'signed-out'; readonly because: SessionLost | undefined }
  | { readonly state: 'must-change-password'; readonly session: Session }
  /** `remembered`: there is no server to ask, and this device knows who was signed in. The first answer of the server settles it. */
  | { readonly state: 'signed-in'; readonly session: Session; readonly remembered?: boolean }

/** Where an app keeps who is signed in, to open without a server. An app without one opens only with a server. */
export type SessionMemory = {
  /** Who was signed in last on this device and would be still, as far as it can know. */
  readonly recall: () => Promise<Session | undefined>
  readonly keep: (session: Session) => void
  /** It is over: the server said so, or the person left. Another account that signed in meanwhile on another page stays. @param account  undefined: nobody's holds */
  readonly forget: (account: string | undefined) => void
}

export type SessionContext = {
  readonly status: SessionState
  /** The session where somebody is signed in and may work; else undefined. */
  readonly session: Session | undefined
  /** @throws Problem: `wrong-password`, `too-many-attempts`, `offline` */
  readonly signIn: (name: string, password: string) => Promise<void>
  readonly signOut: () => Promise<void>
  /** Go on as whoever the first-run set-up has just signed in. */
  readonly adopt: (signedIn: Static<typeof SignedIn>) => void
  /** @throws Problem when the present password is wrong or the next one too weak */
  readonly changePassword: (current: string, next: string) => Promise<void>
  /** Ask the server again: after it was unreachable, or after a role was changed. */
  readonly refresh: () => Promise<void>
  /** Whether one of these roles is held, over any agency or over the one named. */
  readonly may: (role: Role | readonly Role[], agency?: string) => boolean
}

const Context = createContext<SessionContext | undefined>(undefined)

type WithCsrf = Session & { readonly csrf?: string }

const stateOf = (session: Session): SessionState =>
  session.mustChangePassword ? { state: 'must-change-password', session } : { state: 'signed-in', session }

/** So long a page that remembers waits for the server. */
const patienceMs = 5000

/** How often the server is asked whether a remembered session holds. */
const confirmMs = 10_000

export function SessionProvider({ children, memory }: { readonly children: ReactNode; readonly memory?: SessionMemory }) {
  const [status, setStatus] = useState<SessionState>({ state: 'asking' })
  const now = useRef(status)
  now.current = status
  const lastAccount = useRef<string>(undefined)

  const refresh = useCallback(async () => {
    try {
      const ask = (signal?: AbortSignal) => api.get<WithCsrf>('/api/session', { sessionless: true, ...(signal ? { signal } : {}) })
      // who can open without a server does not wait for one that says nothing
      const session = await (memory ? inTime(patienceMs, ask) : ask())
      rememberCsrf(session.csrf, session.account)
      setStatus(stateOf(session))
    } catch (thrown) {
      const problem = thrown instanceof Problem ? thrown : new Problem(0, 'offline', String(thrown))
      if (problem.status === 401) return setStatus((old) => ({ state: 'signed-out', because: old.state === 'signed-in' ? 'session-expired' : undefined }))
      const session = await memory?.recall()
      // its token comes with the first write; whose it must be is known
      if (session && now.current.state !== 'signed-in') rememberCsrf(undefined, session.account)
      // someone at work stays at work while the server restarts; only a page that knows of no session has nothing to show
      setStatus((old) => (old.state === 'signed-in' ? old : session ? { state: 'signed-in', session, remembered: true } : { state: 'unreachable', problem }))
    }
  }, [memory])

  useEffect(() => {
    if (status.state === 'signed-in') lastAccount.current = status.session.account
    if (status.state === 'signed-in' && !status.remembered) memory?.keep(status.session)
    if (status.state === 'signed-out') memory?.forget(lastAccount.current)
  }, [status, memory])

  const isUnsure = status.state === 'signed-in' && status.remembered === true
  useEffect(() => {
    if (!isUnsure) return
    const ask = () => void refresh()
    const timer = setInterval(ask, confirmMs)
    window.addEventListener('online', ask)
    return () => {
      clearInterval(timer)
      window.removeEventListener('online', ask)
    }
  }, [isUnsure, refresh])

  useEffect(() => {
    onSessionLost((because) =>
      setStatus((old) => {
        if (because === 'must-change-password') return 'session' in old ? { state: 'must-change-password', session: old.session } : old
        return { state: 'signed-out', because: 'session' in old ? 'session-expired' : undefined }
      }),
    )
    void refresh()
  }, [refresh])

  const isSignedIn = status.state === 'signed-in'
  useEffect(() => (isSignedIn ? keepWhileUsed(() => void refresh()) : undefined), [isSignedIn, refresh])

  const context = useMemo<SessionContext>(() => {
    const session = status.state === 'signed-in' ? status.session : undefined
    return {
      status,
      session,
      refresh,
      async signIn(name, password) {
        const signedIn = await api.post<Static<typeof SignedIn>>('/api/session', { name, password }, { sessionless: true })
        rememberCsrf(signedIn.csrf, signedIn.account)
        setStatus(stateOf(signedIn))
      },
      adopt(signedIn) {
        rememberCsrf(signedIn.csrf, signedIn.account)
        setStatus(stateOf(signedIn))
      },
      async signOut() {
        try {
          await api.delete('/api/session', undefined, { sessionless: true })
        } catch (thrown) {
          if (!(thrown instanceof Problem) || thrown.status !== 401) throw thrown // 401: it was over already
        }
        rememberCsrf(undefined, undefined)
        setStatus({ state: 'signed-out', because: undefined })
      },
      async changePassword(current, next) {
        await api.post('/api/session/password', { current, next }, { sessionless: true })
        await refresh()
      },
      may: (role, agency) => session !== undefined && mayAny(session.grants, typeof role === 'string' ? [role] : role, agency),
    }
  }, [status, refresh])

  return <Context value={context}>{children}</Context>
}

/** @throws Error outside a SessionProvider */
export function useSession(): SessionContext {
  const context = useContext(Context)
  if (!context) throw new Error('useSession needs a SessionProvider above it')
  return context
}
