/** The simulator's picture of the town: units and open incidents as the server shows them to the desk, kept by the live feed. */
import WebSocket from 'ws'
import type { IncidentView } from '#modules/dispatch/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import type { ServerMessage } from '#platform/live/contract.ts'
import { pause } from './client.ts'
import type { Doors } from './doors.ts'

export type Picture = {
  /** False until both lists have come, and again while nobody answers. */
  ready(): boolean
  units(): ReadonlyMap<string, UnitView>
  incidents(): ReadonlyMap<string, IncidentView>
  /** How far the server's clock is ahead of ours, ms. */
  aheadMs(): number
}

type Gone = { readonly id: string; readonly gone: true }

/** Apply what changed. Closed incidents are forgotten: the simulator has no use for them. */
export function applyViews(
  units: Map<string, UnitView>,
  incidents: Map<string, IncidentView>,
  views: { readonly units?: readonly (UnitView | Gone)[]; readonly incidents?: readonly (IncidentView | Gone)[] },
): void {
  for (const unit of views.units ?? []) {
    if ('gone' in unit) units.delete(unit.id)
    else units.set(unit.id, unit)
  }
  for (const incident of views.incidents ?? []) {
    if ('gone' in incident || incident.status === 'closed') incidents.delete(incident.id)
    else incidents.set(incident.id, incident)
  }
}

/** Fresh lists this often beside the feed, ms; and this often while there is no feed. */
const refreshMs = 60_000
const pollMs = 3000

/**
 * Keep a picture until stopped. Survives restarts: reconnects, catches up, fetches the lists when told to.
 * Where there is no feed at all it asks for the lists every few seconds.
 */
export function livePicture(options: {
  url: string
  doors: Pick<Doors, 'units' | 'openIncidents'>
  token: () => Promise<string | undefined>
  stopped: AbortSignal
}): Picture {
  const { url, doors, token, stopped } = options
  const units = new Map<string, UnitView>()
  const incidents = new Map<string, IncidentView>()
  let ready = false
  let ahead = 0
  let connected = false
  let fetching: Promise<boolean> | undefined
  let changes = 0 // grows with every change from the feed

  /** Both lists anew. A change that arrives meanwhile is newer than the list: then the lists are asked for again. */
  function fetchLists(): Promise<boolean> {
    fetching ??= (async () => {
      for (let attempt = 0; attempt < 5; attempt++) {
        const before = changes
        const [unitList, incidentList] = await Promise.all([doors.units(), doors.openIncidents()])
        if (!unitList.ok || !incidentList.ok) return false
        if (changes !== before && attempt < 4) continue
        units.clear()
        incidents.clear()
        applyViews(units, incidents, { units: unitList.body, incidents: incidentList.body })
        ready = true
        return true
      }
      return false
    })().finally(() => (fetching = undefined))
    return fetching
  }

  void (async () => {
    while (!stopped.aborted) {
      if (!(await fetchLists())) ready = false
      await pause(connected ? refreshMs : pollMs, stopped)
    }
  })()

  void (async () => {
    let position: number | undefined
    for (let attempt = 0; !stopped.aborted; attempt++) {
      const bearer = await token()
      if (bearer) {
        const address = new URL(`/api/live${position === undefined ? '' : `?after=${position}`}`, url.replace(/^http/, 'ws'))
        const socket = new WebSocket(address, { headers: { authorization: `Bearer ${bearer}` }, handshakeTimeout: 10_000 })
        const stop = () => socket.terminate()
        stopped.addEventListener('abort', stop)
        await new Promise<void>((resolve) => {
          socket.on('message', (data, binary) => {
            if (binary) return
            const message = JSON.parse(String(data)) as ServerMessage // the server's own contract
            switch (message.type) {
              case 'hello':
                connected = true
                attempt = 0
                ahead = message.now - Date.now()
                position ??= message.position
                void fetchLists()
                break
              case 'changes':
                position = message.position
                changes++
                applyViews(units, incidents, message.views as Parameters<typeof applyViews>[2])
                break
              case 'reset':
                position = message.position
                changes++
                void fetchLists()
                break
            }
          })
          socket.on('error', () => {}) // followed by close
          socket.on('close', () => resolve())
        })
        if (connected) {
          connected = false
          ready = false // until somebody answers again: through the feed, or else to the polling below
          void fetchLists()
        }
        stopped.removeEventListener('abort', stop)
      }
      await pause(Math.min(8000, 300 * 2 ** Math.min(attempt, 5)), stopped)
    }
  })()

  return { ready: () => ready, units: () => units, incidents: () => incidents, aheadMs: () => ahead }
}
