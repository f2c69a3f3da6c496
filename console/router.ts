/** The address bar as React state. */
import { useSyncExternalStore } from 'react'
import { keptParts, readView, writeView, type ViewState } from './view-state.ts'

let view = readView(new URL(location.href))
const listeners = new Set<() => void>()

function hear() {
  view = keptParts(view, readView(new URL(location.href)))
  for (const listener of listeners) listener()
}
window.addEventListener('popstate', hear)

/** Go to a changed view. `replace` leaves no step in the browser's history: for the camera, not for selections. */
export function changeView(changes: Partial<ViewState>, how: 'push' | 'replace' = 'push'): void {
  const address = writeView({ ...view, ...changes })
  if (address === location.pathname + location.search) return
  if (how === 'push') history.pushState(null, '', address)
  else history.replaceState(null, '', address)
  hear()
}

export const currentView = (): ViewState => view

export const selectIncident = (incident: string | null) => changeView({ incident, unit: null, messages: null })
export const selectUnit = (unit: string | null) => changeView({ incident: null, unit, messages: null })

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** A part of the view; drawn anew when that part is another one. The selection must not make new objects. */
export const useView = <T>(select: (view: ViewState) => T): T => useSyncExternalStore(subscribe, () => select(view))
