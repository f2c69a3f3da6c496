/**
 * The live socket: what changed since a position, then what comes. It reconnects by itself and goes on from where
 * it was, so no page needs a refresh.
 */
import type { ChangesMessage, ServerMessage, ViewMessage } from '#platform/live/contract.ts'
import { noteServerTime } from './clock.ts'
import { reconnectDelay, silenceAllowed } from './reconnect.ts'

export type LiveState =
  | 'connecting' // the first time
  | 'live'
  | 'lost' // was live, trying again
  | 'ended' // the session is over: sign in, then connect anew

export type LiveStatus = {
  readonly state: LiveState
  /** Since when it is so, ms since 1970 of this machine. */
  readonly since: number
  /** When the next attempt starts, while lost. */
  readonly retryAt: number | undefined
  /** The journal position up to which this page is true. */
  readonly position: number
}

export type LiveOptions = {
  /** The journal position that the page's lists already contain; undefined: from now on, after one `onReset`. */
  readonly after: number | undefined
  readonly onChanges: (changes: ChangesMessage) => void
  /** Too far behind, or nothing fetched yet: fetch the lists now; what comes after `position` follows. */
  readonly onReset: (position: number) => void
  /** A binary position frame (modules/units/contract.ts). */
  readonly onFrame: (frame: ArrayBuffer) => void
  readonly onStatus: (status: LiveStatus) => void
  /** For tests. */
  readonly open?: (url: string) => WebSocket
  readonly random?: () => number
}

export type Live = {
  /** What part of the map is looked at: west, south, east, north; null for no positions. */
  setView(bbox: readonly [number, number, number, number] | null, intervalMs: number): void
  /** Do not wait for the next attempt; after the end of the session, try once whether there is another. */
  retryNow(): void
  close(): void
}

/** Closed by the server because the session ended. */
const sessionEnded = 4401

export function connectLive(options: LiveOptions): Live {
  const open = options.open ?? ((url: string) => new WebSocket(url))
  const random = options.random ?? Math.random
  let position = options.after ?? 0
  let placed = options.after !== undefined
  let view: ViewMessage | undefined
  let socket: WebSocket | undefined
  let attempt = 0
  let retryTimer: ReturnType<typeof setTimeout> | undefined
  let silenceTimer: ReturnType<typeof setTimeout> | undefined
  let status: LiveStatus = { state: 'connecting', since: Date.now(), retryAt: undefined, position }
  let finished: 'ended' | 'closed' | undefined
  let hellos = 0

  const say = (state: LiveState, retryAt?: number) => {
    status = { state, since: state === status.state ? status.since : Date.now(), retryAt, position }
    options.onStatus(status)
  }

  /** A socket can die without a word: then the greetings stop. */
  const heard = () => {
    clearTimeout(silenceTimer)
    silenceTimer = setTimeout(() => drop(), silenceAllowed(hellos))
  }

  const drop = () => {
    clearTimeout(silenceTimer)
    const old = socket
    socket = undefined
    if (old) {
      old.onclose = old.onmessage = old.onopen = old.onerror = null
      old.close()
    }
    if (finished) return
    const delay = reconnectDelay(attempt, random())
    attempt += 1
    say(status.state === 'connecting' ? 'connecting' : 'lost', Date.now() + delay)
    clearTimeout(retryTimer)
    retryTimer = setTimeout(connect, delay)
  }

  const receive = (message: ServerMessage) => {
    switch (message.type) {
      case 'hello':
        hellos += 1
        noteServerTime(message.now, 150)
        if (hellos === 1) {
          attempt = 0
          if (view) socket?.send(JSON.stringify(view))
          if (!placed) {
            placed = true
            position = message.position
            options.onReset(position)
          }
          say('live')
        }
        break
      case 'changes':
        // a batch that was already seen may come again after a reconnect; views replace by id, so only order matters
        if (message.position <= position && message.entries.length > 0) break
        position = message.position
        options.onChanges(message)
        break
      case 'reset':
        position = message.position
        options.onReset(position)
        break
    }
  }

  const connect = () => {
    clearTimeout(retryTimer)
    if (finished) return
    hellos = 0
    const next = open(`${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/api/live${placed ? `?after=${position}` : ''}`)
    next.binaryType = 'arraybuffer'
    socket = next
    heard()
    next.onmessage = (event: MessageEvent) => {
      if (typeof event.data === 'string') receive(JSON.parse(event.data) as ServerMessage) // our own server's words
      else options.onFrame(event.data as ArrayBuffer) // binaryType says so
      heard()
    }
    next.onclose = (event) => {
      if (event.code === sessionEnded) {
        finished = 'ended'
        socket = undefined
        clearTimeout(silenceTimer)
        say('ended')
        stopListening()
      } else drop()
    }
  }

  const online = () => {
    if (finished || (socket && status.state === 'live')) return
    attempt = 0
    if (socket) drop()
    connect()
  }
  const offline = () => drop()
  const visible = () => {
    // timers sleep in a hidden tab or a locked phone: look at once when somebody looks at us
    if (document.visibilityState === 'visible' && status.state !== 'live') online()
  }
  const stopListening = () => {
    window.removeEventListener('online', online)
    window.removeEventListener('offline', offline)
    document.removeEventListener('visibilitychange', visible)
  }
  const listen = () => {
    window.addEventListener('online', online)
    window.addEventListener('offline', offline)
    document.addEventListener('visibilitychange', visible)
  }

  listen()
  say('connecting')
  connect()

  return {
    setView(bbox, intervalMs) {
      view = { type: 'view', bbox: bbox ? [...bbox] : null, intervalMs }
      if (socket?.readyState === 1 && hellos > 0) socket.send(JSON.stringify(view))
    },
    retryNow() {
      if (finished === 'ended') {
        finished = undefined
        listen()
        say('lost')
      }
      online()
    },
    close() {
      finished = 'closed'
      clearTimeout(retryTimer)
      clearTimeout(silenceTimer)
      stopListening()
      if (socket) socket.onclose = socket.onmessage = null
      socket?.close(1000)
      socket = undefined
    },
  }
}
