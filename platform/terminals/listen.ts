/** A port for terminals: TCP connections, and UDP addresses treated as if they were connections. It knows no protocol. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** One terminal's end, as the protocol above sees it. */
export type Link = {
  /** Where it comes from: to limit and to diagnose, never to keep. */
  readonly peer: string
  readonly over: 'tcp' | 'udp'
  send(bytes: Uint8Array): void
  /** What was sent goes out first, if the other end takes it within a second. */
  close(): void
  /** It has shown a device that we know: from here on it may stay. */
  settle(): void
}
export type Ear = {
  /** While the promise is open no more is read from this link: a slow database slows the senders, not our memory. */
  hear(bytes: Uint8Array): Promise<void> | void
  gone(): void
}

export type TerminalPort = {
  readonly port: number
  links(): number
  stop(): Promise<void>
}

export type TerminalLimits = {
  readonly linksMax: number
  /** Links that have shown no known device; the oldest goes when there are more. */
  readonly unsettledMax: number
  /** How long a link may go without showing a known device. */
  readonly unsettledMs: number
  /** Several times what a terminal leaves between two signs of life. */
  readonly idleMs: number
  /** Not taken by the other end. */
  readonly unsentBytesMax: number
  /** Of one address whose ear is busy; more are lost, as datagrams are, and said again. */
  readonly datagramsMax: number
}
const usualLimits: TerminalLimits = { linksMax: 20_000, unsettledMax: 2_000, unsettledMs: 120_000, idleMs: 15 * 60_000, unsentBytesMax: 256 * 1024, datagramsMax: 16 }

export type ListenOptions = {
  readonly host: string
  readonly port: number
  readonly udp: boolean
  readonly onLink: (link: Link) => Ear
  /** Told of what went wrong on a link or a port; the others go on. */
  readonly onFault: (what: string, cause: unknown) => void
  readonly limits?: Partial<TerminalLimits>
}

type Held = {
  readonly link: Link
  readonly ear: Ear
  readonly since: number
  heardAt: number
  /** How many datagrams its ear is busy with. */
  busy: number
  /** Gone at once, with what was not sent. */
  readonly cut: () => void
}

/** What a closing link may take to let go what was sent. */
const closingMs = 1_000

/**
 * Listen until stopped. UDP, where wanted, is on the same port.
 *
 * @throws the system's error when the port is taken or the host is not ours
 */
export async function listenForTerminals(options: ListenOptions): Promise<TerminalPort> {
  const { host, onLink, onFault } = options
  const limits = { ...usualLimits, ...options.limits }
  const held = new Set<Held>()
  /** Oldest first. */
  const unsettled = new Set<Held>()
  const byAddress = new Map<string, Held>()
  let stopping = false
  let onAllGone: () => void = () => {}

  /** Milliseconds of this process: nothing here is told to anybody. */
  const clock = () => performance.now()

  /** Undefined where nobody listens to it. */
  function hold({ peer, over, send, close }: Omit<Link, 'settle'>, cut: () => void): Held | undefined {
    let isClosing = false
    const link: Link = {
      peer,
      over,
      send,
      close() {
        if (isClosing) return
        isClosing = true
        unsettled.delete(one) // it counts no longer, however long it takes to go
        close()
      },
      settle: () => void unsettled.delete(one),
    }
    let ear: Ear
    try {
      ear = onLink(link)
    } catch (cause) {
      onFault(`a terminal’s link from ${peer}`, cause)
      return undefined
    }
    const one: Held = { link, ear, since: clock(), heardAt: clock(), busy: 0, cut }
    held.add(one)
    unsettled.add(one)
    const [oldest] = unsettled
    if (unsettled.size > limits.unsettledMax) oldest!.link.close()
    return one
  }
  function drop(one: Held) {
    unsettled.delete(one)
    if (held.delete(one)) guarded(one, () => one.ear.gone())
    if (held.size === 0) onAllGone()
  }

  /** Whether the ear is busy with it; then `onDone` follows. */
  function hear(one: Held, bytes: Uint8Array, onDone: () => void): boolean {
    const busy = guarded(one, () => one.ear.hear(bytes))
    busy?.then(onDone, (cause: unknown) => failed(one, cause))
    return busy !== undefined
  }
  /** What goes wrong on one link, at once or later, ends that link alone. */
  function guarded<Result>(one: Held, act: () => Result): Result | undefined {
    try {
      return act()
    } catch (cause) {
      return void failed(one, cause)
    }
  }
  function failed(one: Held, cause: unknown) {
    onFault(`hearing a terminal at ${one.link.peer}`, cause)
    one.cut()
  }

  function connected(socket: Socket) {
    if (stopping || held.size >= limits.linksMax) return void socket.destroy()
    const one = hold(
      {
        peer: socket.remoteAddress ?? '',
        over: 'tcp',
        send(bytes) {
          if (!socket.writable) return
          socket.write(bytes)
          if (socket.writableLength > limits.unsentBytesMax) socket.destroy()
        },
        close() {
          socket.destroySoon()
          setTimeout(() => socket.destroy(), closingMs).unref()
        },
      },
      () => socket.destroy(),
    )
    if (!one) return void socket.destroy()
    let isBusy = false
    let next: Uint8Array | undefined
    let hasEnded = false
    const settled = () => {
      isBusy = false
      if (socket.destroyed) return
      const chunk = next
      next = undefined
      if (chunk) {
        socket.resume()
        isBusy = hear(one, chunk, settled)
      }
      if (hasEnded && !isBusy) socket.end()
    }
    const take = (chunk: Uint8Array) => {
      one.heardAt = clock()
      if (!isBusy) return void (isBusy = hear(one, chunk, settled))
      // One chunk waits for its turn, and the rest with the sender. Most wait for our answer before they go on.
      next = chunk
      socket.pause()
    }
    socket.on('error', () => socket.destroy()) // reset by the network: 'close' follows
    socket.on('close', () => drop(one))
    socket.on('data', take)
    socket.on('end', () => {
      hasEnded = true
      if (!isBusy) socket.end()
    })
  }

  function datagram(udp: UdpSocket, bytes: Uint8Array, { address, port }: { address: string; port: number }) {
    if (stopping) return
    const key = `${address} ${port}`
    const one = byAddress.get(key) ?? holdAddress(udp, key, address, port)
    if (!one) return
    one.heardAt = clock()
    if (one.busy >= limits.datagramsMax) return
    one.busy++
    if (!hear(one, bytes, () => void one.busy--)) one.busy--
  }
  function holdAddress(udp: UdpSocket, key: string, address: string, port: number): Held | undefined {
    if (held.size >= limits.linksMax) return undefined
    let one: Held | undefined
    const send = (bytes: Uint8Array) => {
      if (one && held.has(one)) udp.send(bytes, port, address, () => {}) // lost like any datagram
    }
    const close = () => {
      byAddress.delete(key)
      if (one) drop(one)
    }
    one = hold({ peer: address, over: 'udp', send, close }, close)
    if (one) byAddress.set(key, one)
    return one
  }

  const tcp = createServer({ noDelay: true, allowHalfOpen: true, highWaterMark: readAheadBytes }, connected)
  tcp.listen({ host, port: options.port, backlog: 4096 })
  await once(tcp, 'listening')
  const { port } = tcp.address() as { port: number }
  let udp: UdpSocket | undefined
  if (options.udp) {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    udp = socket
    socket.on('message', (bytes, from) => datagram(socket, bytes, from))
    socket.bind(port, host)
    try {
      await once(socket, 'listening')
    } catch (error) {
      tcp.close()
      throw error
    }
    socket.on('error', (cause) => onFault('the terminals’ UDP port', cause))
  }
  tcp.on('error', (cause) => onFault('the terminals’ port', cause))

  const sweeping = setInterval(() => {
    const at = clock()
    for (const one of held) {
      if (at - one.heardAt > limits.idleMs || (unsettled.has(one) && at - one.since > limits.unsettledMs)) one.link.close()
    }
  }, Math.min(5_000, limits.idleMs)).unref()

  return {
    port,
    links: () => held.size,
    async stop() {
      stopping = true
      clearInterval(sweeping)
      const ended = new Promise<void>((resolve) => (onAllGone = resolve))
      tcp.close()
      for (const one of held) one.link.close()
      udp?.close()
      if (held.size > 0) await ended // none outlives its closing
    },
  }
}

/** So much may lie here of a link whose ear is busy, beside the chunk that waits for its turn. */
const readAheadBytes = 4 * 1024
