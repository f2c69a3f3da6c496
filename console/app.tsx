/** Who is here, and which room they are in. */
import { lazy, Suspense, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '#ui/client.ts'
import { homeOf } from '#ui/grants.ts'
import { Empty, Spinner, ToastProvider } from '#ui/primitives.ts'
import { SessionProvider, useSession } from '#ui/session.tsx'
import { setTimeZone } from '#ui/use-format.ts'
import type { TownView } from '#modules/town/contract.ts'
import { Bar } from './bar.tsx'
import { RoomProvider } from './command/room-context.tsx'
import { MessagesProvider } from './messages/provider.tsx'
import { changeView, useView } from './router.ts'
import SignInPage from './sign-in/page.tsx'

const Playback = lazy(() => import('./playback/page.tsx'))
const Administration = lazy(() => import('./administration/page.tsx'))

// the map engine is most of this page: it comes while the session is asked for, and the sign-in form does not wait
const loadCommand = () => import('./command/workspace.tsx')
const CommandWorkspace = lazy(async () => ({ default: (await loadCommand()).CommandWorkspace }))

/** Roles that may look at the past. */
const looking = ['commander', 'auditor'] as const
/** Roles that work in the command room. Others are told where they belong. */
const watching = ['dispatcher', 'commander', 'station', 'analyst', 'auditor'] as const

export function App() {
  useEffect(() => void loadCommand(), [])
  return (
    <SessionProvider>
      <ToastProvider>
        <Gate />
      </ToastProvider>
    </SessionProvider>
  )
}

function Gate() {
  const { session } = useSession()
  // keyed by the account: another person starts with an empty room, not with what the one before them saw
  return session ? <Workspaces key={session.account} /> : <SignInPage />
}

function Workspaces() {
  const { may, session } = useSession()
  const workspace = useView((view) => view.workspace)
  const subject = useView(({ page }) => page)
  const { t } = useTranslation('command')
  const mayWatch = may(watching)
  const mayAdministrate = may('administrator')

  useEffect(() => {
    if (!session) return
    const home = homeOf(session.grants)
    if (home === '/officer/' && !mayWatch && !mayAdministrate) location.replace(home)
    else if (workspace !== 'administration' && !mayWatch && mayAdministrate) changeView({ workspace: 'administration', page: '' }, 'replace')
  }, [session, mayWatch, mayAdministrate, workspace])

  // the room tells the town's time by itself; without one it is asked for here
  useEffect(() => {
    if (mayWatch) return
    api.get<TownView>('/api/town').then((town) => setTimeZone(town.timeZone), () => {}) // until then the machine's own
  }, [mayWatch])

  const page =
    workspace === 'administration' && mayAdministrate ? (
      <main className="administration-page">
        <Suspense fallback={<Waiting />}>
          <Administration />
        </Suspense>
      </main>
    ) : workspace === 'playback' && may(looking) ? (
      <Suspense fallback={<Waiting />}>
        <Playback />
      </Suspense>
    ) : mayWatch ? (
      <Suspense fallback={<Waiting />}>
        <CommandWorkspace />
      </Suspense>
    ) : (
      <main className="administration-page">
        <Empty icon="lock" title={t('noRoom.title')}>{t('noRoom.text')}</Empty>
      </main>
    )

  return mayWatch ? (
    <RoomProvider>
      <MessagesProvider>
        <div className={workspace === 'playback' && subject && may(looking) ? 'console is-past' : 'console'}>
          <Bar />
          {page}
        </div>
      </MessagesProvider>
    </RoomProvider>
  ) : (
    <div className="console">
      <Bar />
      {page}
    </div>
  )
}

function Waiting() {
  const { t } = useTranslation('common')
  return (
    <div className="waiting">
      <Spinner size={20} label={t('loading')} />
    </div>
  )
}
