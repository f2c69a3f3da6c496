/** Command 指挥: board, map, detail, units, command line; and what connects them. */
import { useCallback, useEffect, useMemo, useRef, useState, type CSSProperties } from 'react'
import { useTranslation } from 'react-i18next'
import { api, newCommandId } from '#ui/client.ts'
import { useLanguage } from '#ui/i18n.ts'
import type { Place } from '#ui/map/things.ts'
import { useInbox } from '#ui/messages/inbox-context.tsx'
import { Dialog, Empty, ErrorState, Kbd, Spinner, useToasts } from '#ui/primitives.ts'
import { useSession } from '#ui/session.tsx'
import type { RouteView } from '#modules/roads/contract.ts'
import type { SpokenPlace } from '#modules/town/contract.ts'
import type { Static } from 'typebox'
import { MessagesPanel } from '../messages/panel.tsx'
import { useRememberedFlag, useRememberedNumber } from '../remembered.ts'
import { changeView, currentView, selectIncident, selectUnit, useView } from '../router.ts'
import { Splitter } from '../splitter.tsx'
import { useActs } from './acts.ts'
import { isAlarm, isShortOfMine } from './alarm-entries.ts'
import { Board } from './board.tsx'
import { boardRows, type BoardTab } from './board-order.ts'
import { CommandBar, type CommandBarHandle } from './command-bar.tsx'
import { verbLetter } from './command-line.ts'
import { fenceAlarmsOf } from './fence-alarms.ts'
import { verbs, type Command, type Where } from './line-types.ts'
import { useOpenRoad } from './roads-panel.tsx'
import { writeTool, type RoadsTool } from './roads-tool.ts'
import { bodyOf, emptyDraft, type Draft, type DraftPlace } from './draft.ts'
import { IncidentDetail } from './incident-detail.tsx'
import { keep, keptFor } from './kept-draft.ts'
import { MapPane, type MapPaneHandle } from './map-pane.tsx'
import { NewIncident } from './new-incident.tsx'
import { Overview } from './overview.tsx'
import { PaneTabs, usePane } from './panes.tsx'
import { useEntries, useRoom, useRoomPart } from './room-context.tsx'
import { Search } from './search.tsx'
import { play, readySound } from './sound.ts'
import { alarmsOf } from './timers.ts'
import { UnitDetail } from './unit-detail.tsx'
import { UnitsStrip } from './units-strip.tsx'
import { hearBar } from './bar-signals.ts'
import './command.css'

const boardWidth = { usual: 340, min: 260, max: 560 }
const detailWidth = { usual: 388, min: 320, max: 620 }
const stripHeight = { usual: 92, min: 34, max: 260 }

export function CommandWorkspace() {
  const { t } = useTranslation('command')
  const phase = useRoomPart((state) => state.phase)
  const problem = useRoomPart((state) => state.problem)
  const room = useRoom()
  if (phase === 'failed') {
    return (
      <main className="command-wait">
        <ErrorState title={t('room.failed')} problem={problem} onRetry={room.retry} />
      </main>
    )
  }
  if (phase === 'loading') {
    return (
      <main className="command-wait" aria-busy="true">
        <Spinner size={22} label={t('room.loading')} />
        <p className="soft">{t('room.loading')}</p>
      </main>
    )
  }
  return <Ready />
}

function Ready() {
  const { t } = useTranslation('command')
  const { t: messageWords } = useTranslation('messages')
  const { language } = useLanguage()
  const { may, session } = useSession()
  const toasts = useToasts()
  const room = useRoom()
  const acts = useActs()
  const inbox = useInbox()
  const incidentId = useView((view) => view.incident)
  const unitId = useView((view) => view.unit)
  const messages = useView((view) => view.messages)
  const incident = useRoomPart((state) => (incidentId ? state.incidents.get(incidentId) : undefined))
  const unit = useRoomPart((state) => (unitId ? state.units.get(unitId) : undefined))
  const mayAct = may(['dispatcher', 'commander', 'station'])

  const [board, setBoard] = useRememberedNumber('board', boardWidth.usual, boardWidth.min, boardWidth.max)
  const [detail, setDetail] = useRememberedNumber('detail', detailWidth.usual, detailWidth.min, detailWidth.max)
  const [strip, setStrip] = useRememberedNumber('strip', stripHeight.usual, stripHeight.min, stripHeight.max)
  const [sound] = useRememberedFlag('sound', true)
  useEffect(() => {
    const { style } = document.documentElement
    style.setProperty('--toast-bottom', `${strip + 38 + 14}px`)
    return () => void style.removeProperty('--toast-bottom')
  }, [strip])

  const account = session?.account
  const [draft, setDraft] = useState<Draft | null>(() => keptFor(account).draft)
  const [composing, setComposing] = useState(() => keptFor(account).composing)
  useEffect(() => keep(account, { draft, composing }), [account, draft, composing])
  const [searching, setSearching] = useState(false)
  const [helping, setHelping] = useState(false)
  const [hoveredUnit, setHoveredUnit] = useState<string | null>(null)
  const map = useRef<MapPaneHandle>(null)
  const line = useRef<CommandBarHandle>(null)
  const isComposing = composing && draft !== null
  const [pane, setPane] = usePane(messages ?? incidentId ?? unitId, isComposing)

  const compose = useCallback((changes: Partial<Draft> = {}) => {
    setDraft((old) => ({ ...(old ?? emptyDraft(newCommandId())), ...changes }))
    setComposing(true)
  }, [])

  const composeNew = useCallback(() => compose(), [compose])

  // choosing something else puts the report aside, with everything that was typed
  const chosen = useRef({ incidentId, unitId, messages })
  useEffect(() => {
    if (chosen.current.incidentId === incidentId && chosen.current.unitId === unitId && chosen.current.messages === messages) return
    chosen.current = { incidentId, unitId, messages }
    if (incidentId || unitId || messages) setComposing(false)
  }, [incidentId, unitId, messages])

  // an incident that a link names but the board does not hold: closed long ago, or somebody else's
  const [lost, setLost] = useState<{ id: string; problem: unknown } | null>(null)
  useEffect(() => {
    if (!incidentId || room.get().incidents.has(incidentId)) return
    const gone = new AbortController()
    api.get<Parameters<typeof room.putIncident>[0]>(`/api/dispatch/incidents/${incidentId}`, { signal: gone.signal }).then(room.putIncident, (thrown: unknown) => {
      if (!gone.signal.aborted) setLost({ id: incidentId, problem: thrown })
    })
    return () => gone.abort()
  }, [incidentId, room])

  const newAt = useCallback(async (place: Place) => {
    const text = `${place[0].toFixed(5)}, ${place[1].toFixed(5)}`
    compose({ place: { lon: place[0], lat: place[1], text, name: null }, placeTyped: text, units: null })
    try {
      const spoken = await api.get<Static<typeof SpokenPlace>>(`/api/town/reverse?lon=${place[0]}&lat=${place[1]}`)
      const said = language === 'en' ? spoken.textEn || spoken.text : spoken.text
      // only while nothing else was typed meanwhile
      if (said) setDraft((old) => (old?.placeTyped === text ? { ...old, placeTyped: said, place: { lon: place[0], lat: place[1], text: said, name: null } } : old))
    } catch {
      // the coordinate stands as it is
    }
  }, [compose, language])

  // ── what is drawn as the way: of the unit pointed at, to the incident in hand ──
  const target = isComposing ? draft.place : incident && incident.status !== 'closed' ? incident : null
  const routeUnit = hoveredUnit ?? (!isComposing && unit?.incident ? unit.id : null)
  const routePath = useMemo(() => {
    if (!routeUnit) return null
    if (isComposing) return target ? `/api/dispatch/way?unit=${routeUnit}&lon=${target.lon}&lat=${target.lat}` : null
    const to = incident && incident.status !== 'closed' ? incident.id : room.get().units.get(routeUnit)?.incident
    return to ? `/api/dispatch/incidents/${to}/way?unit=${routeUnit}` : null
  }, [routeUnit, isComposing, target, incident, room])
  const route = useRoute(routePath)

  // ── sound and alarms ──
  const incidents = useRoomPart((state) => state.incidents)
  useEffect(() => readySound(), [])
  useEntries((entries, before) => {
    if (!session) return
    const senderOf = (id: string) => inbox.get().broadcasts.get(id)?.sender
    for (const entry of entries) {
      const { yes, enoughYes: wanted } = entry.data
      if (isShortOfMine(entry, session, senderOf)) toasts.show({ kind: 'problem', seconds: 0, text: messageWords('broadcast.shortAlarm', { yes, wanted }) })
    }
    if (!sound) return
    const isNew = entries.some((entry) => entry.type === 'incident-opened' && !before.incidents.has(entry.stream.replace('incident/', '')))
    if (entries.some((entry) => isAlarm(entry, session, senderOf))) play('alarm')
    else if (isNew) play('incident')
    else if (entries.some(({ type, data }) => type === 'message-sent' && data['callSign'] !== null)) play('message')
  })
  const nextAlarm = useCallback(() => {
    const alarms = alarmsOf(room.get().incidents.values())
    const fences = fenceAlarmsOf(room.get().fences.values())
    const { incident: incidentId, fence: fenceId } = currentView()
    const at = incidentId ? alarms.findIndex(({ incident }) => incident.id === incidentId) : alarms.length + fences.findIndex(({ fence }) => fence === fenceId)
    const next = (at + 1) % Math.max(1, alarms.length + fences.length)
    const [alarm, passage] = [alarms[next], fences[next - alarms.length]]
    if (alarm) {
      selectIncident(alarm.incident.id)
      map.current?.showIncident(alarm.incident)
    } else if (passage) {
      changeView({ incident: null, unit: passage.unit, fence: passage.fence, roads: null })
      map.current?.showUnit(passage.unit)
    }
  }, [room])

  useEffect(() => hearBar({ alarm: nextAlarm, search: () => setSearching(true), help: () => setHelping(true) }), [nextAlarm])

  // ── keys ──
  useEffect(() => {
    const step = (by: number) => {
      const view = currentView()
      const rows = boardRows(room.get().incidents.values(), (view.tab || 'all') as BoardTab)
      const at = rows.findIndex(({ id }) => id === view.incident)
      const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]
      if (next) {
        selectIncident(next.id)
        map.current?.showIncident(next)
      }
    }
    const keys = (event: globalThis.KeyboardEvent) => {
      if (event.key === 'F2') {
        event.preventDefault()
        line.current?.focus()
        return
      }
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setSearching(true)
        return
      }
      const target = event.target as HTMLElement
      const isTyping = target.closest('input, textarea, select, [contenteditable], dialog') !== null
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      const does: Record<string, () => void> = {
        '/': () => line.current?.focus(),
        '?': () => setHelping(true),
        n: () => mayAct && compose(),
        j: () => step(1),
        k: () => step(-1),
        a: nextAlarm,
        f: () => map.current?.fitTown(),
        m: () => changeView({ messages: currentView().messages === null ? 'all' : null }),
        Escape: () => changeView(currentView().messages === null ? { incident: null, unit: null } : { messages: null }),
      }
      const run = does[event.key]
      if (!run) return
      event.preventDefault()
      run()
    }
    window.addEventListener('keydown', keys)
    return () => window.removeEventListener('keydown', keys)
  }, [room, compose, nextAlarm, mayAct])

  // ── the command line's acts ──
  const known = (id: string) => {
    const found = room.get().incidents.get(id)
    if (!found) throw new Error(t('room.incidentGone'))
    return found
  }
  const noPlace = (text: string) => {
    toasts.show({ kind: 'problem', text })
    return new Error(text) // keeps the line
  }
  const placeOf = async (where: Where): Promise<Place> => {
    if ('incident' in where) return (({ lon, lat }) => [lon, lat] as const)(known(where.incident))
    if ('unit' in where) {
      const place = map.current?.placeOfUnit(where.unit)
      if (!place) throw noPlace(t('line.nowhere', { unit: room.get().units.get(where.unit)?.callSign ?? '' }))
      return place
    }
    const { items } = await api.get<{ items: { lon: number; lat: number }[] }>(`/api/town/search?q=${encodeURIComponent(where.place)}&limit=1`)
    if (!items[0]) throw noPlace(t('new.placeNone'))
    return [items[0].lon, items[0].lat]
  }
  const openRoad = useOpenRoad()
  const showTool = (tool: RoadsTool, place: Place | null) => {
    changeView({ roads: writeTool(tool) })
    if (place) map.current?.showPlace(place)
  }
  const doCommand = async (command: Command): Promise<void> => {
    switch (command.verb) {
      case 'new': {
        const category = command.category
        compose({ ...(category ? { category, kindTyped: '' } : {}), placeTyped: command.place, place: null, ...(command.summary ? { summary: command.summary } : {}) })
        return
      }
      case 'dispatch': {
        for (const { id, divert } of command.units) {
          const sent = room.get().units.get(id)
          await acts.assign(known(command.incident), { id, callSign: sent?.callSign ?? id }, divert)
        }
        selectIncident(command.incident)
        return
      }
      case 'state':
        return acts.changeState(command.assignment, room.get().units.get(command.unit)?.callSign ?? '', command.state)
      case 'close':
        return acts.close(known(command.incident), command.outcome, command.note)
      case 'message':
        return acts.message(command.channel, command.to, command.text)
      case 'note':
        return acts.note(known(command.incident), command.text)
      case 'hand-over': {
        const station = room.get().agencies.find(({ path }) => path === command.station)
        return acts.handOver(known(command.incident), command.station, station?.name ?? command.station)
      }
      case 'go':
        if (command.incident) {
          selectIncident(command.incident)
          map.current?.showIncident(known(command.incident))
        } else if (command.unit) {
          selectUnit(command.unit)
          map.current?.showUnit(command.unit)
        } else if (command.place) {
          map.current?.showPlace(await placeOf({ place: command.place }))
        }
        return
      case 'route': {
        const [from, to] = [await placeOf(command.from), await placeOf(command.to)]
        showTool({ tool: 'route', mode: 'car', from, to }, to)
        return
      }
      case 'reach': {
        const at = command.at === 'units' ? 'units' : await placeOf(command.at)
        showTool({ tool: 'reach', mode: 'car', direction: 'from', at, ...(command.minutes ? { minutes: command.minutes } : {}) }, at === 'units' ? null : at)
        return
      }
      case 'close-road': {
        const at = await placeOf(command.at)
        showTool({ tool: 'close', at }, at)
        return
      }
      case 'open-road': {
        const closure = room.get().closures.get(command.closure)
        if (closure) await openRoad(closure)
        return
      }
      case 'undo':
        return acts.undoLast()
      case 'help':
        setHelping(true)
        return
    }
  }

  // always the same function: choosing something does not draw the command line anew
  const command = useRef(doCommand)
  command.current = doCommand
  const runCommand = useCallback((asked: Command) => command.current(asked), [])

  const submit = async (made: Draft, units: readonly { id: string; callSign: string }[]) => {
    const body = bodyOf(made)
    if (!body) return
    const id = await acts.open(body, made.commandId)
    const opened = await api.get<Parameters<typeof room.putIncident>[0]>(`/api/dispatch/incidents/${id}`)
    room.putIncident(opened)
    setDraft(null)
    setComposing(false)
    selectIncident(id)
    for (const each of units) await acts.assign(opened, each)
  }

  const onMap = (show: (map: MapPaneHandle) => void) => {
    setPane('map')
    if (map.current) show(map.current)
  }
  const showPlace = (place: Pick<DraftPlace, 'lon' | 'lat'>) => onMap((shown) => shown.showPlace([place.lon, place.lat]))
  const change = (changes: Partial<Draft>) => setDraft((old) => (old ? { ...old, ...changes } : old))

  return (
    <main className="command" data-pane={pane} style={{ '--board-width': `${board}px`, '--side-width': `${detail}px`, '--strip-height': `${strip}px` } as CSSProperties}>
      <h1 className="visually-hidden">{t('workspace.command')}</h1>
      <Board acts={acts} mayAct={mayAct} onNew={composeNew} />
      <MapPane
        ref={map}
        route={route}
        draft={isComposing && draft.place ? [draft.place.lon, draft.place.lat] : null}
        mayAct={mayAct}
        picking={isComposing && draft.place === null}
        onPick={(place) => {
          setPane('side')
          void newAt(place)
        }}
        onNewAt={(place) => void newAt(place)}
      />
      <aside className="side" aria-label={t('side.label')}>
        {draft && !composing ? (
          <button type="button" className="draft-waiting" onClick={() => compose()}>
            <span>{t('new.waiting')}</span>
            <b>{draft.placeTyped || draft.summary || t('new.empty')}</b>
            <span className="link">{t('new.goOn')}</span>
          </button>
        ) : null}
        {isComposing ? (
          <NewIncident
            draft={draft}
            onChange={change}
            onClose={() => {
              setComposing(false)
              if (!draft.place && !draft.summary && !draft.placeTyped) setDraft(null)
            }}
            onShow={showPlace}
            onHoverUnit={setHoveredUnit}
            onSubmit={submit}
          />
        ) : messages ? (
          <MessagesPanel at={messages} />
        ) : incident ? (
          <IncidentDetail key={incident.id} incident={incident} acts={acts} mayAct={mayAct} onHoverUnit={setHoveredUnit} onShow={(shown) => onMap((on) => on.showIncident(shown))} />
        ) : unit ? (
          <UnitDetail unit={unit} acts={acts} mayAct={mayAct} onShow={(id) => onMap((on) => on.showUnit(id))} onHoverUnit={setHoveredUnit} onSend={(sent) => sendLine(sent.callSign)} />
        ) : incidentId && lost?.id === incidentId ? (
          <ErrorState problem={lost.problem} title={t('room.incidentGone')} />
        ) : unitId ? (
          <Empty title={t('room.unitGone')} />
        ) : (
          <Overview />
        )}
      </aside>
      <UnitsStrip onHover={setHoveredUnit} />
      <CommandBar ref={line} onCommand={runCommand} />
      <PaneTabs pane={pane} onPane={setPane} />
      <div className="splitter-at" style={{ gridArea: '1 / 1 / 2 / 2', justifySelf: 'end' }}>
        <Splitter label={t('side.board')} axis="x" value={board} {...boardWidth} onChange={setBoard} />
      </div>
      <div className="splitter-at" style={{ gridArea: '1 / 3 / 2 / 4', justifySelf: 'start' }}>
        <Splitter label={t('side.detail')} axis="x" value={detail} {...detailWidth} after onChange={setDetail} />
      </div>
      <div className="splitter-at splitter-at-y" style={{ gridArea: '2 / 1 / 3 / 4', alignSelf: 'start' }}>
        <Splitter label={t('side.strip')} axis="y" value={strip} {...stripHeight} after onChange={setStrip} />
      </div>
      {searching ? (
        <Search
          onClose={() => setSearching(false)}
          onPlace={showPlace}
          onShowUnit={(id) => map.current?.showUnit(id)}
          onShowIncident={(shown) => map.current?.showIncident(shown)}
        />
      ) : null}
      <Help open={helping} onClose={() => setHelping(false)} />
    </main>
  )

  function sendLine(callSign: string) {
    const waiting = [...incidents.values()].filter((each) => each.status === 'waiting')
    // with one report waiting there is no question where to; else the number is asked for
    const number = waiting.length === 1 ? `${waiting[0]!.number} ${callSign.replaceAll(' ', '')} ` : ''
    line.current?.focus(number ? `d ${number}` : 'd ')
  }
}

/** The way as a line; empty while there is none, and only after the pointer has stayed for a moment. */
function useRoute(path: string | null): readonly Place[] {
  const [way, setWay] = useState<{ path: string; line: readonly Place[] } | null>(null)
  useEffect(() => {
    if (path === null) return
    const gone = new AbortController()
    const timer = setTimeout(() => {
      api.get<Static<typeof RouteView>>(path, { signal: gone.signal }).then(
        (answer) => setWay({ path, line: answer.geometry.map(([lon, lat]) => [lon!, lat!] as const) }),
        () => {}, // no way, or it was asked too late: nothing is drawn
      )
    }, 120)
    return () => {
      clearTimeout(timer)
      gone.abort()
    }
  }, [path])
  return path !== null && way?.path === path ? way.line : noLine
}
const noLine: readonly Place[] = []

function Help({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation('command')
  return (
    <Dialog open={open} title={t('help.title')} onClose={onClose} wide>
      <p className="soft">{t('help.text')}</p>
      <table className="help-table">
        <thead>
          <tr>
            <th scope="col">{t('help.verb')}</th>
            <th scope="col">{t('help.meaning')}</th>
            <th scope="col">{t('help.example')}</th>
          </tr>
        </thead>
        <tbody>
          {verbs.map((verb) => (
            <tr key={verb}>
              <td>
                <Kbd keys={verbLetter(verb)} />
              </td>
              <td>{t(`line.verb.${verb}`)}</td>
              <td>
                <code>{t(`help.line.${verb}`)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  )
}

