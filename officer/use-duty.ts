/** The unit, its order, the outbox and the live socket as one state of the page. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { CategoryView, IncidentView, LogLine } from '#modules/dispatch/contract.ts'
import type { TownView } from '#modules/town/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { api, newCommandId, Problem } from '#ui/client.ts'
import { noteServerTime, serverNow } from '#ui/clock.ts'
import { inTime } from '#ui/in-time.ts'
import { connectLive, type Live, type LiveStatus } from '#ui/live.ts'
import { reconnectDelay } from '#ui/reconnect.ts'
import type { Session } from '#ui/session.tsx'
import type { ChangesMessage } from '#platform/live/contract.ts'
import { setTimeZone } from '#ui/use-format.ts'
import { isEndedByOthers, orderOf, shiftOf, type EndedOrder, type Order, type WaitingShift } from './duty.ts'
import { keepKnown, recallKnown } from './known.ts'
import { askToKeep } from './offline-ready.ts'
import { openOutbox, resultOf, type Outbox, type SendResult, type Waiting } from './outbox.ts'
import { alone, onOtherTab, phoneStore } from './outbox-store.ts'
import { together, writesOf, type KeptReport, type Line, type NewReport } from './report.ts'
import { changeReport, dropReport, listReports } from './report-store.ts'
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
  /** What waits, what was refused, and what the phone is just keeping. */
  readonly line: Line
  /** What waits to be sent. */
  readonly waiting: readonly Waiting[]
  /** What the server would not have, until it was read. */
  readonly refused: readonly Waiting[]
  /** Going on or off duty that waits to be sent. */
  readonly shift: WaitingShift | undefined
  /** The officer's own reports, whatever became of them. */
  readonly reports: readonly KeptReport[]
  /** When the server said what is shown, where it is only what this phone remembers; undefined while it is the server's own. */
  readonly rememberedAt: number | undefined
  readonly live: LiveStatus | undefined
  readonly categories: ReadonlyMap<string, CategoryView>
  readonly reload: () => Promise<void>
  readonly dismissEnded: () => void
  /** These are kept on the phone first, then sent. */
  readonly step: (order: Order, to: Step | 'refused', note?: string) => Promise<string>
  /** Take a step back: out of the line when it was never sent, else by the server within its ten seconds, behind it in the line. */
  readonly undo: (commandId: string) => Promise<void>
  readonly note: (incident: string, text: string) => Promise<string>
  readonly picture: (incident: string, data: string, caption: string) => Promise<string>
  readonly report: (report: NewReport) => Promise<void>
  /** Into a channel: a text, a picture or a voice note. */
  readonly say: (channel: string, what: 'messages' | 'pictures' | 'voices', body: Record<string, unknown>) => Promise<string>
  /** Whether one comes when one is called. */
  readonly answer: (broadcast: string, answer: 'yes' | 'no') => Promise<string>
  /** Go on duty in a unit, get into one that is, or go off duty. What holds until the server has heard it is what was. */
  readonly goTo: (to: WaitingShift['to'], unit: Pick<UnitView, 'id' | 'callSign'>, crew: readonly string[]) => Promise<void>
  /** Take back what was never sent; false when it may have arrived. */
  readonly withdraw: (id: string) => Promise<boolean>
  /** It was read that a call for help was heard, or was not. */
  readonly seeReport: (id: string) => Promise<void>
  /** It was read why the server would not have it. A report goes with its pictures. */
  readonly dismiss: (id: string) => Promise<void>
  readonly retryNow: () => void
}

type Options = {
  readonly session: Session
  readonly member: string
  readonly onRefused: (waiting: Waiting, because: string) => void
  readonly onSent: (waiting: Waiting) => void
  /** The phone keeps nothing: private window, full disk. */
  readonly onUnkept: () => void
  /** What the socket says, for lists of others; undefined: they are to be fetched anew. */
  readonly onChanges: (changes: ChangesMessage | undefined) => void
}

type Items<T> = { readonly items: readonly T[] }

/** A network that says nothing is no network: so long is an answer waited for. Pictures are large. */
const answerMs = { small: 20_000, picture: 120_000 }

export function useDuty({ session, member, onRefused, onSent, onUnkept, onChanges }: Options): Duty {
  const { account } = session
  const [known, setKnown] = useState<Known>({ state: 'loading' })
  const [log, setLog] = useState<readonly LogLine[]>([])
  const [line, setLine] = useState<Line>({ items: [], isRead: false })
  const [reports, setReports] = useState<readonly KeptReport[]>([])
  const [live, setLive] = useState<LiveStatus>()
  const [categories, setCategories] = useState<ReadonlyMap<string, CategoryView>>(new Map())
  const [timeZone, setTown] = useState<string>()
  const [rememberedAt, setRememberedAt] = useState<number>()
  /** When the server last said what is known. */
  const [confirmedAt, setConfirmedAt] = useState<number>()
  const [ended, setEnded] = useState<EndedOrder>()
  /** A shift that the server took, until it has said how things are now. */
  const [settling, setSettling] = useState<Waiting>()
  const outbox = useRef<Outbox>(undefined)
  const socket = useRef<Live>(undefined)
  const told = useRef({ onRefused, onSent, onUnkept, onChanges })
  told.current = { onRefused, onSent, onUnkept, onChanges }
  /** What the page knows now, for callbacks that outlive a drawing. */
  const now = useRef(known)
  now.current = known

  // --- what this phone remembers, until the server has said how it is ---
  const recalled = useMemo(
    () =>
      recallKnown(account).then((kept) => {
        if (!kept) return
        noteServerTime(Date.now() + kept.clockAheadMs, 60_000) // any word of the server itself is better
        if (kept.timeZone) setTimeZone(kept.timeZone)
        setCategories((old) => (old.size > 0 ? old : new Map(kept.categories.map((category) => [category.id, category]))))
        if (now.current.state !== 'loading' && now.current.state !== 'problem') return
        now.current = kept.unit ? { state: 'on-duty', unit: kept.unit, incident: kept.incident ?? undefined } : { state: 'off-duty' }
        setKnown(now.current)
        setRememberedAt(kept.at)
        setLog(kept.log)
      }),
    [account],
  )
  const confirm = (next: Known) => {
    setKnown(next)
    setRememberedAt(undefined)
    setConfirmedAt(serverNow())
  }
  useEffect(() => {
    if (confirmedAt === undefined || (known.state !== 'on-duty' && known.state !== 'off-duty')) return
    const [unit, incident] = known.state === 'on-duty' ? [known.unit, known.incident ?? null] : [null, null]
    void keepKnown({ account, at: confirmedAt, clockAheadMs: serverNow() - Date.now(), unit, incident, log, categories: [...categories.values()], timeZone: timeZone ?? null })
  }, [account, known, log, categories, timeZone, confirmedAt])

  // --- fetching: one at a time; asked again meanwhile, it goes round once more, so that no older answer wins ---
  const fetching = useRef<{ running: boolean; again: boolean }>({ running: false, again: false })
  const load = useCallback(async (): Promise<void> => {
    const turn = fetching.current
    if (turn.running) return void (turn.again = true)
    turn.running = true
    try {
      await recalled // so that the server's word comes after it and stays
      do {
        turn.again = false
        try {
          const unit = await inTime(answerMs.small, (signal) => api.get<UnitView>('/api/units/mine', { signal }))
          const incident = unit.incident ? await findIncident(unit.incident) : undefined
          const before = now.current
          confirm({ state: 'on-duty', unit, incident })
          const over = await orderEndedByOthers(before, incident)
          if (over) setEnded(over)
        } catch (thrown) {
          if (thrown instanceof Problem && thrown.status === 404) confirm({ state: 'off-duty' })
          // what is on the screen stays true enough to work with until the server is back
          else setKnown((old) => (old.state === 'loading' || old.state === 'problem' ? { state: 'problem', problem: thrown } : old))
        }
      } while (turn.again)
    } finally {
      turn.running = false
    }
  }, [recalled])

  // --- the live socket: what touches this unit or its incident is asked for again ---
  useEffect(() => {
    const connection = connectLive({
      after: undefined,
      onReset() {
        void load()
        told.current.onChanges(undefined)
      },
      onFrame: () => {},
      onStatus: (status) => {
        setLive(status)
        if (status.state !== 'live') return
        outbox.current?.nudge()
        told.current.onChanges(undefined)
      },
      onChanges: (changes) => {
        told.current.onChanges(changes)
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
      () => {}, // those of the last start will do; the next one asks again
    )
    api.get<TownView>('/api/town').then(
      (town) => {
        setTimeZone(town.timeZone)
        setTown(town.timeZone)
      },
      () => {},
    )
  }, [])

  // --- the outbox ---
  useEffect(() => {
    const box = openOutbox({
      account,
      store: phoneStore,
      alone: alone(account),
      onChange: (items, isRead) => setLine({ items, isRead }),
      onSent: (each, answer) => {
        if (each.about.kind === 'report') numberReport(each.id, answer as { number?: number } | undefined) // as the door's contract says
        told.current.onSent(each)
        if (each.about.kind === 'shift') setSettling(each)
        void load().finally(() => setSettling(undefined))
      },
      onRefused: (each, because) => {
        told.current.onRefused(each, because)
        void load()
      },
      onUnkept: () => told.current.onUnkept(),
      delay: (failures) => reconnectDelay(failures + 1, Math.random()),
      send,
    })
    const readReports = async () => {
      const kept = await listReports(account)
      setReports((old) => together(kept, old))
    }
    // on the page first: a phone that keeps nothing has no other list
    const numberReport = (id: string, answer: { number?: number } | undefined) => {
      const number = answer?.number
      if (number === undefined) return
      setReports((old) => old.map((each) => (each.id === id ? { ...each, number } : each)))
      void changeReport(id, { number }).then(readReports)
    }
    void readReports()
    outbox.current = box
    const nudge = () => box.nudge()
    window.addEventListener('online', nudge)
    const deafen = onOtherTab(() => box.look())
    return () => {
      window.removeEventListener('online', nudge)
      deafen()
      box.stop()
    }
  }, [account, load])

  const put = useCallback(
    async (path: string, body: Record<string, unknown>, about: Waiting['about']) => {
      const commandId = newCommandId()
      await outbox.current?.put({ id: commandId, account, path, body: { ...body, commandId }, madeAt: Date.now(), about })
      void askToKeep()
      return commandId
    },
    [account],
  )

  const retryNow = useCallback(() => {
    socket.current?.retryNow()
    outbox.current?.nudge()
  }, [])

  // --- the order's log: asked for anew when the order's notes grow ---
  const incidentId = known.state === 'on-duty' ? known.incident?.id : undefined
  const changedAt = known.state === 'on-duty' ? known.incident?.changedAt : undefined
  useEffect(() => {
    if (!incidentId) return setLog((old) => (old.length === 0 ? old : []))
    const gone = new AbortController()
    api.get<Items<LogLine>>(`/api/dispatch/incidents/${incidentId}/log`, { signal: gone.signal }).then(
      ({ items }) => setLog(items),
      () => {},
    )
    return () => gone.abort()
  }, [incidentId, changedAt])

  const waiting = useMemo(() => line.items.filter((each) => !each.refused && !each.keeping), [line])
  const refused = useMemo(() => line.items.filter((each) => each.refused), [line])
  const shift = useMemo(() => shiftOf(settling ? [...waiting, settling] : waiting), [waiting, settling])
  const order = known.state === 'on-duty' ? orderOf(known.unit, known.incident, waiting) : undefined

  return useMemo<Duty>(
    () => ({
      known,
      order,
      ended,
      log,
      line,
      waiting,
      refused,
      shift,
      reports,
      rememberedAt,
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
        // it may have arrived though nobody said so: the undo goes behind it, and the server decides
        await put(`/api/dispatch/commands/${commandId}/undo`, {}, { kind: 'undo', incident: known.state === 'on-duty' ? (known.incident?.id ?? '') : '' })
      },
      note: (incident, text) => put(`/api/dispatch/incidents/${incident}/notes`, { text }, { kind: 'note', incident }),
      picture: (incident, data, caption) =>
        put(`/api/dispatch/incidents/${incident}/pictures`, { data, ...(caption ? { caption } : {}) }, { kind: 'picture', incident }),
      say: (channel, what, body) => put(`/api/messages/channels/${channel}/${what}`, body, { kind: 'message', incident: '', channel }),
      answer: (broadcast, answer) => put(`/api/messages/broadcasts/${broadcast}/answer`, { answer }, { kind: 'answer', incident: '' }),
      async report({ pictures, ...made }) {
        const report: KeptReport = { ...made, id: newCommandId(), account, madeAt: Math.round(serverNow()), pictureCount: pictures.length, number: undefined }
        setReports((old) => [...old, report])
        await outbox.current?.putReport(report, ...writesOf(report, pictures, pictures.map(newCommandId), Date.now()))
        void askToKeep()
      },
      async goTo(to, { id, callSign }, crew) {
        const door = { start: 'shift', join: 'shift/crew', end: 'shift/end' }[to]
        const body = to === 'end' ? {} : { crew }
        await put(`/api/units/${id}/${door}`, { ...body, madeAt: Math.round(serverNow()) }, { kind: 'shift', incident: '', state: to, callSign })
      },
      withdraw: async (id) => (await outbox.current?.withdraw(id)) ?? false,
      async seeReport(id) {
        setReports((old) => old.map((each) => (each.id === id ? { ...each, seen: true } : each)))
        await changeReport(id, { seen: true })
      },
      async dismiss(id) {
        for (const each of line.items) if (each.id === id || (each.after === id && each.refused)) await outbox.current?.dismiss(each.id)
        if (!reports.some((each) => each.id === id)) return
        setReports((old) => old.filter((each) => each.id !== id))
        await dropReport(id)
      },
      retryNow,
    }),
    [account, known, order, ended, log, line, waiting, refused, shift, reports, rememberedAt, live, categories, load, put, retryNow],
  )
}

/** One thing to the server, and what its answer means. */
async function send(each: Waiting, letGo: AbortSignal): Promise<SendResult> {
  try {
    const ms = 'data' in each.body ? answerMs.picture : answerMs.small
    return { result: 'sent', answer: await inTime(ms, (signal) => api.post(each.path, each.body, { signal, account: each.account }), letGo) }
  } catch (thrown) {
    if (!(thrown instanceof Problem)) return { result: 'later' } // nobody answered in time
    const { status, code, because } = thrown
    const result = resultOf(thrown)
    if (result === 'refused') return { result, code, because }
    return result === 'later' ? { result, fault: status === 500 ? { code, because } : undefined } : { result }
  }
}

/** The incident, or undefined where it is not (or no longer) ours to see. */
async function findIncident(id: string): Promise<IncidentView | undefined> {
  try {
    return await inTime(answerMs.small, (signal) => api.get<IncidentView>(`/api/dispatch/incidents/${id}`, { signal }))
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
