/**
 * What a dispatcher can do, as calls. Every act carries an id of its own, is said in a toast, and can be undone for
 * ten seconds with that id. What went wrong is said in the server's own words, and is thrown for the form that asked.
 */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Static } from 'typebox'
import { api, newCommandId } from '#ui/client.ts'
import { base64Of } from '#ui/messages/bytes.ts'
import { useToasts } from '#ui/primitives.ts'
import type { ChangeIncident, IncidentView, NewIncident } from '#modules/dispatch/contract.ts'
import type { AskedState, OutcomeName } from './line-types.ts'
import { useRoom } from './room-context.tsx'

export type NewIncidentBody = Omit<Static<typeof NewIncident>, 'commandId'>
export type IncidentChanges = Omit<Static<typeof ChangeIncident>, 'commandId'>

export type Acts = {
  open(body: NewIncidentBody, commandId: string): Promise<string>
  change(incident: IncidentView, changes: IncidentChanges): Promise<void>
  assign(incident: IncidentView, unit: { id: string; callSign: string }, divert?: boolean): Promise<void>
  changeState(assignment: string, callSign: string, state: AskedState, note?: string): Promise<void>
  note(incident: IncidentView, text: string): Promise<void>
  /** @param to  what the channel is called */
  message(channel: string, to: string, text: string): Promise<void>
  picture(incident: IncidentView, file: File): Promise<void>
  handOver(incident: IncidentView, to: string, name: string, note?: string): Promise<void>
  close(incident: IncidentView, outcome: OutcomeName, note: string): Promise<void>
  reopen(incident: IncidentView): Promise<void>
  merge(incident: IncidentView, into: IncidentView): Promise<void>
  see(timer: string): Promise<void>
  undoLast(): Promise<void>
}

/** The last act of this page that can still be taken back. */
let last: { readonly id: string; readonly until: number } | undefined
const undoForMs = 10_000

export function useActs(): Acts {
  const room = useRoom()
  const toasts = useToasts()
  const { t } = useTranslation('command')

  return useMemo(() => {
    const undo = async (id: string) => {
      if (last?.id === id) last = undefined
      await api.post(`/api/dispatch/commands/${id}/undo`, { commandId: newCommandId() })
      toasts.show({ kind: 'done', text: t('done.undone'), key: 'act' })
    }

    /** Ask, say it, offer to take it back. */
    const act = async <T>(path: string, body: object, said: string, options: { readonly undo?: boolean; readonly commandId?: string; readonly method?: 'post' | 'patch' } = {}): Promise<T> => {
      const commandId = options.commandId ?? newCommandId()
      try {
        const answer = await api[options.method ?? 'post']<T>(path, { ...body, commandId })
        if (options.undo === false) {
          if (said) toasts.show({ kind: 'done', text: said, key: 'act', seconds: 3 })
        } else {
          last = { id: commandId, until: Date.now() + undoForMs }
          toasts.show({ kind: 'done', text: said, key: 'act', undo: { run: () => undo(commandId), seconds: undoForMs / 1000 } })
        }
        return answer
      } catch (thrown) {
        toasts.problem(thrown)
        throw thrown
      }
    }
    const number = (incident: IncidentView) => `#${incident.number}`
    const at = (incident: IncidentView) => `/api/dispatch/incidents/${incident.id}`

    return {
      async open(body, commandId) {
        const answer = await act<{ id: string }>('/api/dispatch/incidents', body, t('done.opened'), { commandId })
        // the board has it before the socket brings it: the sheet that made it can select it at once
        void api.get<IncidentView>(`/api/dispatch/incidents/${answer.id}`).then(room.putIncident, () => {})
        return answer.id
      },
      change: (incident, changes) => act(at(incident), changes, t('done.changed', { number: number(incident) }), { method: 'patch' }),
      assign: (incident, unit, divert = false) =>
        act(`${at(incident)}/assignments`, { unit: unit.id, ...(divert ? { divert } : {}) }, t('done.assigned', { number: number(incident), unit: unit.callSign })),
      changeState: (assignment, callSign, state, note) =>
        act(`/api/dispatch/assignments/${assignment}/state`, { state, ...(note ? { note } : {}) }, t('done.state', { unit: callSign, state: t(`assignmentState.${state}`, { ns: 'common' }) })),
      message: (channel, to, text) => act(`/api/messages/channels/${channel}/messages`, { text }, t('done.messaged', { to }), { undo: false }),
      note: (incident, text) => act(`${at(incident)}/notes`, { text }, t('done.noted', { number: number(incident) })),
      async picture(incident, file) {
        await act(`${at(incident)}/pictures`, { data: await base64Of(file), caption: '' }, t('done.pictured', { number: number(incident) }))
      },
      handOver: (incident, to, name, note) => act(`${at(incident)}/hand-over`, { to, ...(note ? { note } : {}) }, t('done.handedOver', { number: number(incident), to: name })),
      close: (incident, outcome, note) =>
        act(`${at(incident)}/close`, { outcome, ...(note ? { note } : {}) }, t('done.closed', { number: number(incident), outcome: t(`outcome.${outcome}`, { ns: 'common' }) })),
      reopen: (incident) => act(`${at(incident)}/reopen`, {}, t('done.reopened', { number: number(incident) })),
      merge: (incident, into) => act(`${at(incident)}/merge`, { into: into.id }, t('done.merged', { number: number(incident), into: number(into) })),
      see: (timer) => act(`/api/dispatch/timers/${timer}/seen`, {}, '', { undo: false }),
      async undoLast() {
        if (!last || last.until < Date.now()) {
          toasts.show({ kind: 'info', text: t('done.nothingToUndo'), key: 'act' })
          return
        }
        try {
          await undo(last.id)
        } catch (thrown) {
          toasts.problem(thrown)
        }
      },
    }
  }, [room, toasts, t])
}
