/** The unit, its order, the outbox and the live socket as one state of the page. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { CategoryView, IncidentView, LogLine } from '#modules/dispatch/contract.ts'
import type { TownView } from '#modules/town/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { api, newCommandId, Problem } from '#ui/client.ts'
import { connectLive, type Live, type LiveStatus } from '#ui/live.ts'
import { reconnectDelay } from '#ui/reconnect.ts'
import type { Session } from '#ui/session.tsx'
import { setTimeZone } from '#ui/use-format.ts'
import { isEndedByOthers, orderOf, type EndedOrder, type Order } from './duty.ts'
import { openOutbox, resultOf, type Outbox, type Waiting } from './outbox.ts'
import { phoneStore } from './outbox-store.ts'
import type { Step } from './step.ts'

export type Known =
  | { readonly state: 'loading' }
  | { readonly state: 'problem'; readonly problem: unknown }
  | { readonly state: 'off-duty' }
  | { readonly state: 'on-duty'; readonly unit: UnitView; readonly incident: IncidentView | undefined }

export type Duty = {
  readonly known: Known
  readonly order: Order | undefined
  readonly ended: EndedOrder | undefined
  readonly log: readonly LogLine[]
  readonly waiting: readonly Waiting[]
  readonly live: LiveStatus | undefined
  readonly categories: ReadonlyMap<string, CategoryView>
  readonly reload: () => Promise<void>
  readonly dismissEnded: () => void
  /** Both are kept on the phone first, then sent. */
  readonly step: (order: Order, to: Step | 'refused', note?: string) => Promise<string>
  /** Take a step back: out of the outbox when it still waits, else by the server within its ten seconds. */
  readonly undo: (commandId: string) => Promise<void>
  readonly note: (incident: string, text: string) => Promise<string>
  readonly picture: (incident: string, data: string, caption: string) => Promise<string>
  readonly retryNow: () => void
}

type Options = {
  readonly session: Session
  readonly member: string
  readonly onRefused: (waiting: Waiting, problem: unknown) => void
  readonly onSent: (waiting: Waiting) => void
}

type Items<T> = { readonly items: readonly T[] }

export function useDuty({ session, member, onRefused, onSent }: Options): Duty {
  const [known, setKnown] = useState<Known>({ state: 'loading' })
  const [log, setLog] = useState<readonly LogLine[]>([])
  const [waiting, setWaiting] = useState<readonly Waiting[]>([])
  const [live, setLive] = useState<LiveStatus>()
  const [categories, setCategories] = useState<ReadonlyMap<string, CategoryView>>(new Map())
  const [ended, setEnded] = useState<EndedOrder>()
  const outbox = useRef<Outbox>(undefined)
  const socket = useRef<Live>(undefined)
  const told = useRef({ onRefused, onSent })
  told.current = { onRefused, onSent }
  /** What the page knows now, for callbacks that outlive a drawing. */
  const now = useRef(known)
  now.current = known

  // --- fetching: one at a time; asked again meanwhile, it goes round once more, so that no older answer wins ---
  const fetching = useRef<{ running: boolean; again: boolean }>({ running: false, again: false })
  const load = useCallback(async (): Promise<void> => {
    const turn = fetching.current
    if (turn.running) return void (turn.again = true)
    turn.running = true
    try {
      do {
        turn.again = false
        try {
          const unit = await api.get<UnitView>('/api/units/mine')
          const incident = unit.incident ? await findIncident(unit.incident) : undefined
          const before = now.current
          setKnown({ state: 'on-duty', unit, incident })
          const over = await orderEndedByOthers(before, incident)
          if (over) setEnded(over)
        } catch (thrown) {
          if (thrown instanceof Problem && thrown.status === 404) setKnown({ state: 'off-duty' })
          // what is on the screen stays true enough to work with until the server is back
          else setKnown((old) => (old.state === 'loading' || old.state === 'problem' ? { state: 'problem', problem: thrown } : old))
        }
      } while (turn.again)
    } finally {
      turn.running = false
    }
  }, [])

  // --- the live socket: what touches this unit or its incident is asked for again ---
  useEffect(() => {
    const connection = connectLive({
      after: undefined,
      onReset: () => void load(),
      onFrame: () => {},
      onStatus: (status) => {
        setLive(status)
        if (status.state === 'live') outbox.current?.nudge()
      },
      onChanges: (changes) => {
        const present = now.current
        const units = (changes.views['units'] ?? []) as UnitView[] // the contract names the views by kind
        const incidents = (changes.views['incidents'] ?? []) as IncidentView[]
        const mine =
          present.state === 'on-duty'
            ? units.some((unit) => unit.id === present.unit.id) || incidents.some((incident) => incident.id === present.unit.incident)
            : units.some((unit) => unit.crew?.some((each) => each.id === member))
        if (mine) void load()
      },
    })
    socket.current = connection
    void load()
    return () => connection.close()
  }, [load, member])

  useEffect(() => {
    api.get<Items<CategoryView>>('/api/dispatch/categories').then(
      ({ items }) => setCategories(new Map(items.map((category) => [category.id, category]))),
      () => {}, // without them an order shows its place and words; the next start asks again
    )
    api.get<TownView>('/api/town').then(
      (town) => setTimeZone(town.timeZone),
      () => {},
    )
  }, [])

  // --- the outbox ---
  useEffect(() => {
    const box = openOutbox({
      account: session.account,
      store: phoneStore(),
      onChange: setWaiting,
      onSent: (each) => {
        told.current.onSent(each)
        void load()
      },
      onRefused: (each, problem) => {
        told.current.onRefused(each, problem)
        void load()
      },
      delay: (failures) => reconnectDelay(failures + 1, Math.random()),
      send: async (each) => {
        try {
          return { result: 'sent', answer: await api.post(each.path, each.body) }
        } catch (thrown) {
          const problem = thrown instanceof Problem ? thrown : new Problem(0, 'offline', String(thrown))
          const result = resultOf(problem)
          return result === 'refused' ? { result, problem } : result === 'later' ? { result } : { result }
        }
      },
    })
    outbox.current = box
    const nudge = () => box.nudge()
    window.addEventListener('online', nudge)
    return () => {
      window.removeEventListener('online', nudge)
      box.stop()
    }
  }, [session.account, load])

  const put = useCallback(
    async (path: string, body: Record<string, unknown>, about: Waiting['about']) => {
      const commandId = newCommandId()
      await outbox.current?.put({ id: commandId, account: session.account, path, body: { ...body, commandId }, madeAt: Date.now(), about })
      return commandId
    },
    [session.account],
  )

  // --- the order's log: asked for anew when the order's notes grow ---
  const incidentId = known.state === 'on-duty' ? known.incident?.id : undefined
  const changedAt = known.state === 'on-duty' ? known.incident?.changedAt : undefined
  useEffect(() => {
    if (!incidentId) return setLog([])
    const gone = new AbortController()
    api.get<Items<LogLine>>(`/api/dispatch/incidents/${incidentId}/log`, { signal: gone.signal }).then(
      ({ items }) => setLog(items),
      () => {},
    )
    return () => gone.abort()
  }, [incidentId, changedAt])

  const order = known.state === 'on-duty' ? orderOf(known.unit, known.incident, waiting) : undefined

  return useMemo<Duty>(
    () => ({
      known,
      order,
      ended,
      log,
      waiting,
      live,
      categories,
      reload: load,
      dismissEnded: () => setEnded(undefined),
      step: ({ incident, assignment }, to, note) =>
        put(
          `/api/dispatch/assignments/${assignment.id}/state`,
          { state: to, ...(note ? { note } : {}) },
          { kind: 'state', incident: incident.id, assignment: assignment.id, state: to },
        ),
      async undo(commandId) {
        if (await outbox.current?.withdraw(commandId)) return
        await api.post(`/api/dispatch/commands/${commandId}/undo`, { commandId: newCommandId() })
        await load()
      },
      note: (incident, text) => put(`/api/dispatch/incidents/${incident}/notes`, { text }, { kind: 'note', incident }),
      picture: (incident, data, caption) =>
        put(`/api/dispatch/incidents/${incident}/pictures`, { data, ...(caption ? { caption } : {}) }, { kind: 'picture', incident }),
      retryNow: () => {
        socket.current?.retryNow()
        outbox.current?.nudge()
      },
    }),
    [known, order, ended, log, waiting, live, categories, load, put],
  )
}

/** The incident, or undefined where it is not (or no longer) ours to see. */
async function findIncident(id: string): Promise<IncidentView | undefined> {
  try {
    return await api.get<IncidentView>(`/api/dispatch/incidents/${id}`)
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.status === 404) return undefined
    throw thrown
  }
}

/**
 * The order that was in hand before and that somebody else ended since, to be read by the crew; undefined when there
 * was none, when it goes on, or when the crew ended it itself.
 */
async function orderEndedByOthers(before: Known, incident: IncidentView | undefined): Promise<EndedOrder | undefined> {
  if (before.state !== 'on-duty' || !before.incident || !before.unit.assignment) return undefined
  const mine = before.unit.assignment
  const later = incident?.id === before.incident.id ? incident : await findIncident(before.incident.id).catch(() => undefined)
  const assignment = later?.assignments.find((each) => each.id === mine)
  return later && assignment && isEndedByOthers(assignment) ? { incident: later, assignment } : undefined
}
