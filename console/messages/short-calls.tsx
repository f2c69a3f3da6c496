/** Above the board: calls to which too few came. Each stays until somebody takes note; else the agency above is told. */
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newCommandId } from '#ui/client.ts'
import { useInboxPart } from '#ui/messages/inbox-context.tsx'
import { Button, Icon, useToasts } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import { useFormat } from '#ui/use-format.ts'
import { changeView, selectIncident } from '../router.ts'
import { isOwnCall, mayLead, shortCalls } from './reaches.ts'

export function useShortCalls() {
  const { session } = useSession()
  const broadcasts = useInboxPart((state) => state.broadcasts)
  return useMemo(() => (session ? shortCalls(broadcasts.values(), session) : []), [broadcasts, session])
}

export function ShortCalls() {
  const { t } = useTranslation('messages')
  const { t: command } = useTranslation('command')
  const { session } = useSession()
  const format = useFormat()
  const toasts = useToasts()
  const calls = useShortCalls()
  const [seeing, setSeeing] = useState<string | null>(null)
  if (calls.length === 0) return null
  const see = async (id: string) => {
    setSeeing(id)
    await api.post(`/api/messages/broadcasts/${id}/seen`, { commandId: newCommandId() }).catch(toasts.problem)
    setSeeing(null)
  }
  return (
    <section className="fence-alarms short-calls" aria-label={t('broadcast.shortCalls')}>
      <ul>
        {calls.map((view) => (
          <li key={view.id} data-broadcast={view.id}>
            <Icon name="megaphone" size={14} />
            <button type="button" className="alarm-text" onClick={() => (view.incident === null ? changeView({ messages: 'all' }) : selectIncident(view.incident))}>
              <span role="alert">
                {t(session && isOwnCall(view, session) ? 'broadcast.shortAlarm' : 'broadcast.aboveAlarm', { yes: view.yes, wanted: view.enoughYes })} <b>{view.text}</b> <time>{format.shortTime(view.sentAt)}</time>
              </span>
            </button>
            <Button size="small" kind="danger" busy={seeing === view.id} disabledBecause={session && mayLead(session.grants, view.agency) ? undefined : command('notYours')} onClick={() => void see(view.id)}>
              {command('alarm.seen')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
