/** Whether this phone could open the page without a network, and new versions of the page. */
import { useSyncExternalStore } from 'react'

export type OfflineReady = {
  readonly state:
    | 'preparing' // the page is being taken
    | 'ready'
    | 'insecure' // browsers keep no page of a plain http address
    | 'unsupported'
    | 'failed'
  /** Whether the browser promised not to throw things away when it wants room; undefined: not asked yet. */
  readonly durable: boolean | undefined
  /** A newer version was taken and waits. */
  readonly newer: boolean
}

let now: OfflineReady = { state: 'preparing', durable: undefined, newer: false }
const listeners = new Set<() => void>()
let registration: ServiceWorkerRegistration | undefined

const say = (change: Partial<OfflineReady>) => {
  now = { ...now, ...change }
  for (const listener of listeners) listener()
}

const hourMs = 60 * 60_000

/** Take the page for a start without a network. Once, at the start. */
export async function prepareOffline(): Promise<void> {
  if (!window.isSecureContext) return say({ state: 'insecure' })
  if (!('serviceWorker' in navigator)) return say({ state: 'unsupported' })
  try {
    registration = await navigator.serviceWorker.register('/officer/worker.js', { scope: '/officer/', updateViaCache: 'none' })
  } catch {
    return say({ state: navigator.serviceWorker.controller ? 'ready' : 'failed' }) // without a network the version at hand goes on
  }
  if (registration.waiting && registration.active) return takeNewer() // the page has just begun: nothing is half written
  const watch = () => say({ newer: Boolean(registration?.waiting && registration.active) })
  registration.addEventListener('updatefound', () => registration?.installing?.addEventListener('statechange', watch))
  watch()
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && checkForNewer())
  setInterval(checkForNewer, hourMs)
  await navigator.serviceWorker.ready
  say({ state: 'ready' })
}

const checkForNewer = () => void registration?.update().catch(() => {})

/** Ask the browser not to throw away what is kept when it wants room. Some ask the person: so only when there is something to lose. */
export async function askToKeep(): Promise<void> {
  if (now.durable !== undefined) return
  say({ durable: (await navigator.storage?.persist?.().catch(() => false)) ?? false })
}

/** Change to the version that waits. What waits to be sent is in the phone's database and goes on. */
export function takeNewer(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  registration?.waiting?.postMessage('take-over')
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
export const useOfflineReady = (): OfflineReady => useSyncExternalStore(subscribe, () => now)
