/**
 * Sending where the phone is, while on shift and while this page is open. Nothing runs when the page is closed or
 * the screen is off: browsers do not allow it, and the crew is told so.
 */
import type { Static } from 'typebox'
import type { PositionsTaken } from '#modules/units/contract.ts'
import { api, Problem } from '#ui/client.ts'
import { inTime } from '#ui/in-time.ts'
import { serverNow } from '#ui/clock.ts'
import { fixTime, isWorthSending, stillSeconds, thinned, type Fix } from './fix-filter.ts'
import { dropFixes, keepFix, listFixes } from './fix-store.ts'

export type SharingState =
  | 'starting' // waiting for the first fix
  | 'sharing'
  | 'denied' // the person or the machine said no
  | 'unavailable' // no receiver, no sky
  | 'insecure' // browsers give no position to plain http pages
  | 'paused' // the page is not in front: most phones stop the receiver

export type Sharing = {
  readonly state: SharingState
  /** The newest fix of the phone. */
  readonly fix: Fix | undefined
  /** When the server last took one, this machine's clock. */
  readonly sentAt: number | undefined
  /** Fixes that wait for the network. */
  readonly waiting: number
}

/** Whether the server has any of these places: what it discarded or rejected it has not. @param count  how many were sent */
export const isShared = ({ discarded, rejected }: Pick<Static<typeof PositionsTaken>, 'discarded' | 'rejected'>, count: number): boolean => discarded + rejected.length < count

export type SharingHandle = { readonly stop: () => void; readonly nudge: () => void }

const batchMax = 500
const answerMs = 20_000
/** Some receivers say nothing while the phone lies still. Asked this often, a standing car does not look lost after its 30 s. */
const askSeconds = stillSeconds - 5
const receiver: PositionOptions = { enableHighAccuracy: true, maximumAge: 0, timeout: 30_000 } // never a place from before the shift

export function startSharing(account: string, unit: string, onChange: (sharing: Sharing) => void): SharingHandle {
  let sharing: Sharing = { state: 'starting', fix: undefined, sentAt: undefined, waiting: 0 }
  let queue: readonly Fix[] = []
  let last: Fix | undefined
  let sending = false
  let stopped = false
  let timer: number | undefined
  let watch: number | undefined
  let asking: number | undefined
  let screenLock: WakeLockSentinel | undefined

  const say = (change: Partial<Sharing>) => {
    sharing = { ...sharing, ...change }
    if (!stopped) onChange(sharing)
  }

  const add = (fix: Fix) => {
    last = fix
    queue = [...queue, fix]
    keepFix(account, unit, fix)
    const gone = thinned(queue)
    if (gone.length > 0) drop(gone)
  }
  const drop = (gone: readonly Fix[]) => {
    const moments = new Set(gone.map((fix) => fix.at))
    queue = queue.filter((fix) => !moments.has(fix.at))
    void dropFixes(account, gone)
  }

  // what a closed page left behind goes first
  void listFixes(account, unit).then((kept) => {
    if (stopped || kept.length === 0) return
    const known = new Set(queue.map((fix) => fix.at))
    queue = [...kept.filter((fix) => !known.has(fix.at)), ...queue].sort((a, b) => a.at - b.at)
    say({ waiting: queue.length })
    void send()
  })

  async function send() {
    if (sending || stopped || queue.length === 0) return
    sending = true
    window.clearTimeout(timer)
    const batch = queue.slice(0, batchMax)
    try {
      const positions = batch.map((fix) => ({
        unit,
        fixAt: fix.at,
        lon: fix.lon,
        lat: fix.lat,
        ...(fix.accuracyMeters === null ? {} : { accuracyMeters: fix.accuracyMeters }),
        ...(fix.speedKmh === null ? {} : { speedKmh: fix.speedKmh }),
        ...(fix.courseDeg === null ? {} : { courseDeg: fix.courseDeg }),
      }))
      const taken = await inTime(answerMs, (signal) => api.post<Static<typeof PositionsTaken>>('/api/units/positions', { positions }, { signal }))
      drop(batch)
      // what the server threw away (made before the shift) is not shared, and not said to be; the next fix goes at once
      if (taken.discarded === batch.length) {
        last = undefined
        const newest = sharing.fix
        if (newest && newest.at > batch.at(-1)!.at && queue.length === 0) add(newest)
      }
      say({ waiting: queue.length, ...(isShared(taken, batch.length) ? { sentAt: Date.now() } : {}) })
    } catch (thrown) {
      // what the server will never take must not hold up what comes after it
      if (thrown instanceof Problem && thrown.status >= 400 && thrown.status < 500 && ![401, 403, 408, 429].includes(thrown.status)) {
        drop(batch)
      }
      say({ waiting: queue.length })
      timer = window.setTimeout(() => void send(), 5000)
      return
    } finally {
      sending = false
    }
    if (queue.length > 0) void send()
  }

  const take = (position: GeolocationPosition) => {
    const { coords } = position
    const fix: Fix = {
      at: fixTime(position.timestamp, Date.now(), serverNow()),
      lon: coords.longitude,
      lat: coords.latitude,
      accuracyMeters: Number.isFinite(coords.accuracy) ? Math.round(coords.accuracy * 10) / 10 : null,
      speedKmh: coords.speed === null || !Number.isFinite(coords.speed) ? null : Math.round(coords.speed * 36) / 10,
      courseDeg: coords.heading === null || !Number.isFinite(coords.heading) ? null : Math.round(coords.heading),
    }
    say({ state: 'sharing', fix })
    if (!isWorthSending(fix, last)) return
    add(fix)
    say({ waiting: queue.length })
    void send()
  }

  const fail = (error: GeolocationPositionError) => {
    if (error.code === error.PERMISSION_DENIED) say({ state: 'denied' })
    else if (sharing.state !== 'denied') say({ state: 'unavailable' })
  }

  const begin = () => {
    if (watch !== undefined || stopped) return
    watch = navigator.geolocation.watchPosition(take, fail, receiver)
    asking = window.setInterval(() => {
      const quiet = !sharing.fix || serverNow() - sharing.fix.at > askSeconds * 1000
      if (quiet && document.visibilityState === 'visible') navigator.geolocation.getCurrentPosition(take, () => {}, receiver)
    }, 5000)
  }

  const holdScreen = async () => {
    try {
      screenLock = await navigator.wakeLock?.request('screen')
    } catch {
      // low battery or an old phone: the screen will go off, and the strip will say that sharing paused
    }
  }

  const lookedAt = () => {
    if (document.visibilityState === 'visible') {
      if (sharing.state === 'paused') say({ state: sharing.fix ? 'sharing' : 'starting' })
      void holdScreen()
      void send()
    } else say({ state: sharing.state === 'sharing' || sharing.state === 'starting' ? 'paused' : sharing.state })
  }

  document.addEventListener('visibilitychange', lookedAt)
  onChange(sharing)
  if (!window.isSecureContext) say({ state: 'insecure' })
  else if (!('geolocation' in navigator)) say({ state: 'unavailable' })
  else {
    begin()
    void holdScreen()
  }

  return {
    nudge: () => void send(),
    stop() {
      stopped = true
      window.clearTimeout(timer)
      window.clearInterval(asking)
      document.removeEventListener('visibilitychange', lookedAt)
      if (watch !== undefined) navigator.geolocation.clearWatch(watch)
      void screenLock?.release()
    },
  }
}
