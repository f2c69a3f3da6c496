/**
 * The bus over NATS JetStream. What is told goes through a short stream in memory, read in order by every node from where it was; what is asked
 * goes from node to node and is kept nowhere.
 */
import { DeliverPolicy, DiscardPolicy, jetstream, jetstreamManager, RetentionPolicy, StorageType, type ConsumerMessages } from '@nats-io/jetstream'
import { connect, createInbox, headers, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '#platform/log.ts'
import { natsAddress } from './address.ts'
import type { Bus } from './bus.ts'

/** What a node that was away for longer would have missed it reads from the database. */
const keptMs = 120_000
const keptBytes = 256 * 1024 * 1024
const sender = 'gengfu-node'
const greetingMs = 2_000
/** A node that is silent for so long is not waited for. */
const silentMs = 5 * greetingMs
const patienceMs = 1_000
const againMs = 1_000
const houseName = /^[A-Za-z0-9-]{1,64}$/

/** What nodes say of themselves every two seconds. */
type Greeting = {
  readonly node: string
  readonly house: string
  /** It could not tell anything just before. */
  readonly isBack?: true
  readonly isGoing?: true
}

export type NatsBusOptions = {
  /** One address or several with commas; may hold a password. */
  readonly url: string
  /** Of the houses that share one NATS: letters, digits and hyphens. */
  readonly name: string
  /** What nodes of one database have in common and no others have: letters, digits and hyphens. Of two houses with one name neither hears the other. */
  readonly house: string
  /** This process, unlike every other. */
  readonly node: string
  readonly log: Log
}

/**
 * Join the other nodes; returns at once.
 *
 * A server that is not there, refuses us or has no JetStream is named in the log and tried again without end: meanwhile `isConnected` is false and
 * the house goes on from its database. Nodes tell by plain publishing and hear through a consumer in order; whatever may have been missed, by who was away
 * or from who was, is a gap that listeners are told of, as is the beginning.
 *
 * @throws a fault with a sentence when the address or the name cannot be one
 */
export function natsBus({ url, name, house, node, log }: NatsBusOptions): Bus {
  const { shown, ...address } = natsAddress(url)
  if (!houseName.test(name)) throw Object.assign(new Error(`GENGFU_NATS_NAME: found "${name}", expected 1 to 64 letters, digits and hyphens.`), { code: 'nats-name' })
  const stream = `gengfu-${name}-${house}`
  const told = `gengfu-told.${name}.${house}.`
  const asked = `gengfu-asked.${name}.${house}.`
  const greetings = `gengfu-here.${name}`
  const hearers = new Map<string, ((bytes: Uint8Array) => void)[]>()
  const repliers = new Map<string, (question: Uint8Array) => Uint8Array>()
  const gapListeners: (() => void)[] = []
  /** Other nodes, and when they were last heard. */
  const others = new Map<string, number>()
  const ending = new AbortController()
  const own = headers()
  own.set(sender, node)
  let connection: NatsConnection | undefined
  let reading: ConsumerMessages | undefined
  let isUp = false
  let isHearing = false
  let troubleSaid = ''
  let isStrangerSaid = false

  /** Once for each trouble: it is tried again every second. */
  function say(trouble: string) {
    if (trouble === troubleSaid || ending.signal.aborted) return
    troubleSaid = trouble
    log.warn(`${trouble} It is tried again; until then what other nodes take is read from the database every few seconds.`)
  }
  const pause = () => sleep(againMs, undefined, { signal: ending.signal, ref: false }).catch(() => {})

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      const options = { ...address, servers: [...address.servers], name: `gengfu ${node}`, maxReconnectAttempts: -1, reconnectTimeWait: 500, reconnectJitter: 250, ignoreAuthErrorAbort: true, pingInterval: 3_000, maxPingOut: 2 }
      const line = await connect(options).catch((cause: unknown) => say(`No NATS at ${shown} (${(cause as Error).message}).`))
      if (!line) {
        await pause()
        continue
      }
      connection = line
      isUp = true
      void watch(line)
      line.subscribe(greetings, { callback: (_, message) => meet(message) })
      line.subscribe(`${asked}>`, { callback: (_, message) => reply(message) })
      sayHere({ isBack: true })
      while (!ending.signal.aborted && !line.isClosed()) {
        await hear(line)
        isHearing = false
        await pause()
      }
      isUp = false
    }
  }

  async function watch(line: NatsConnection) {
    for await (const status of line.status()) {
      if (status.type === 'disconnect') {
        isUp = isHearing = false
        say(`NATS at ${shown} is away.`)
      }
      if (status.type !== 'reconnect') continue
      isUp = true
      sayHere({ isBack: true })
      // The memory of a stream dies with its server: then there is another that counts from 1 again. Whoever reads begins anew.
      await reading?.close().catch(() => {})
    }
  }

  /** Read until something is the matter. */
  async function hear(line: NatsConnection): Promise<void> {
    try {
      const manager = await jetstreamManager(line)
      const wanted = { name: stream, subjects: [`${told}>`], storage: StorageType.Memory, retention: RetentionPolicy.Limits, discard: DiscardPolicy.Old, max_age: keptMs * 1e6, max_bytes: keptBytes }
      await manager.streams.info(stream).catch(() => manager.streams.add(wanted))
      const consumer = await jetstream(line).consumers.get(stream, { deliver_policy: DeliverPolicy.New })
      reading = await consumer.consume({ max_messages: 2_000, abort_on_missing_resource: true })
      isHearing = isUp
      if (troubleSaid !== '') log.warn(`NATS at ${shown} is heard again.`)
      troubleSaid = ''
      gap()
      let expected: number | undefined
      for await (const message of reading) {
        if (expected !== undefined && message.seq !== expected) gap()
        expected = message.seq + 1
        if (message.headers?.get(sender) === node) continue
        for (const one of hearers.get(message.subject.slice(told.length)) ?? []) one(message.data)
      }
    } catch (cause) {
      const isWithout = (cause as Error).name === 'JetStreamNotEnabled'
      if (isUp) say(isWithout ? `NATS at ${shown} has JetStream switched off: start it with -js, or allow JetStream to our account.` : `NATS at ${shown} cannot be read (${(cause as Error).message}).`)
    }
  }
  function gap() {
    for (const listener of gapListeners) listener()
  }

  // ——— who else is there ———

  function sayHere(more: Omit<Greeting, 'node' | 'house'> = {}) {
    if (isUp && connection && !connection.isClosed()) connection.publish(greetings, JSON.stringify({ node, house, ...more } satisfies Greeting))
  }
  const greeting = setInterval(() => {
    sayHere()
    for (const [other, at] of others) if (performance.now() - at > silentMs) others.delete(other)
  }, greetingMs).unref()

  function meet(message: Msg) {
    const from = greetingOf(message)
    if (!from || from.node === node) return
    if (from.house !== house) {
      if (!isStrangerSaid) log.warn(`Another house, with a database of its own, has the name "${name}" at NATS ${shown}. They do not hear each other; give each its own GENGFU_NATS_NAME.`)
      isStrangerSaid = true
      return
    }
    if (from.isGoing) return void others.delete(from.node)
    const isNew = !others.has(from.node)
    others.set(from.node, performance.now())
    if (isNew) sayHere() // it need not wait to hear of us
    if (isNew || from.isBack) gap() // what it could not tell meanwhile
  }

  // ——— what is asked ———

  function reply(message: Msg) {
    const make = repliers.get(message.subject.slice(asked.length))
    if (!make || message.headers?.get(sender) === node) return
    try {
      message.respond(make(message.data), { headers: own })
    } catch (cause) {
      log.warn({ err: cause, subject: message.subject }, 'a question of another node could not be answered')
    }
  }

  async function ask(subject: string, question: Uint8Array) {
    const answers: Uint8Array[] = []
    if (!connection || !isUp) return { answers, isWhole: false }
    const line = connection
    const missing = new Set(others.keys())
    if (missing.size === 0) return { answers, isWhole: true }
    const inbox = createInbox()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs)
      const done = () => {
        clearTimeout(timer)
        resolve()
      }
      const hearing = line.subscribe(inbox, {
        callback(_, message) {
          answers.push(message.data)
          missing.delete(message.headers?.get(sender) ?? '')
          if (missing.size > 0) return
          hearing.unsubscribe()
          done()
        },
      })
      try {
        line.publish(`${asked}${subject}`, question, { reply: inbox, headers: own })
      } catch (cause) {
        log.warn({ err: cause }, 'the other nodes could not be asked')
        done()
      }
      setTimeout(() => hearing.unsubscribe(), patienceMs)
    })
    return { answers, isWhole: missing.size === 0 }
  }

  const running = run().catch((cause: unknown) => log.error({ err: cause }, 'the bus ended'))
  return {
    publish(subject, bytes) {
      // Kept until the line is back it would only be memory: who is told then that something was missed reads it.
      if (!isUp || !connection || connection.isClosed()) return
      try {
        connection.publish(`${told}${subject}`, bytes, { headers: own })
      } catch (cause) {
        log.warn({ err: cause }, 'the bus took nothing; the others will read it from the database')
      }
    },
    subscribe(subject, hearer) {
      hearers.set(subject, [...(hearers.get(subject) ?? []), hearer])
    },
    ask,
    answer: (subject, make) => void repliers.set(subject, make),
    onGap: (listener) => void gapListeners.push(listener),
    isConnected: () => isHearing,
    nodes: () => others.size,
    async close() {
      clearInterval(greeting)
      sayHere({ isGoing: true })
      ending.abort()
      await reading?.close().catch(() => {})
      // What was said last goes out, if there is somebody to take it.
      if (isUp) await Promise.race([connection?.drain().catch(() => {}), sleep(patienceMs, undefined, { ref: false })])
      await connection?.close()
      await running
    },
  }
}

/** Undefined for what is none: anybody may speak at a NATS that is shared. */
function greetingOf(message: Msg): Greeting | undefined {
  try {
    const said = message.json<Greeting>()
    return typeof said.node === 'string' && typeof said.house === 'string' ? said : undefined
  } catch {
    return undefined
  }
}
