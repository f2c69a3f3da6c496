/** The bus over NATS JetStream: a short stream in memory, read in order by every node from where it was. */
import { DeliverPolicy, DiscardPolicy, jetstream, jetstreamManager, RetentionPolicy, StorageType, type ConsumerMessages, type JetStreamClient } from '@nats-io/jetstream'
import { connect, headers, type NatsConnection } from '@nats-io/transport-node'
import type { Log } from '#platform/log.ts'
import type { Bus } from './bus.ts'

/** What a node that was away for longer would have missed it reads from the database. */
const keptMs = 120_000
const keptBytes = 256 * 1024 * 1024
const sender = 'gengfu-node'

/**
 * Connect, make the stream where it is missing, and hear what comes from now on.
 *
 * A server that goes away is waited for without end. A node tells by plain publishing, which the connection keeps while it is reconnecting; a
 * consumer in order resumes where it was, and what the stream has forgotten by then is a gap that listeners are told of.
 *
 * @param name  of the houses that share one NATS: letters, digits and hyphens
 * @param node  this process, unlike every other
 * @throws a fault with a sentence when there is no NATS at the start
 */
export async function natsBus({ url, name, node, log }: { readonly url: string; readonly name: string; readonly node: string; readonly log: Log }): Promise<Bus> {
  const connection = await connect({ servers: url, name: `gengfu ${node}`, maxReconnectAttempts: -1, reconnectTimeWait: 500, reconnectJitter: 250, pingInterval: 10_000, maxPingOut: 2 }).catch((cause: unknown) => {
    // The address may hold a password: only where it leads is said.
    throw Object.assign(new Error(`No NATS at ${url.replace(/^.*@/, '')}: ${(cause as Error).message}. Start it, or leave GENGFU_NATS_URL out for a house of one node.`, { cause }), { code: 'nats-unreachable' })
  })
  const stream = `gengfu-${name}`
  const prefix = `gengfu.${name}.`
  const client = jetstream(connection)
  const hearers = new Map<string, ((bytes: Uint8Array) => void)[]>()
  const gapListeners: (() => void)[] = []
  let closed = false
  let reading: ConsumerMessages | undefined
  let expected: number | undefined
  const own = headers()
  own.set(sender, node)

  const gap = () => {
    for (const listener of gapListeners) listener()
  }
  await makeStream(connection, stream, `${prefix}>`)
  void watch()
  const first = await open(client, stream)
  const consuming = read(first)

  /** The memory of a stream dies with its server: then there is another, and what was between is a gap. */
  async function watch() {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') log.warn({ node }, 'NATS is away; waiting for it')
      if (status.type !== 'reconnect') continue
      log.info({ node }, 'NATS is back')
      await makeStream(connection, stream, `${prefix}>`).catch((cause: unknown) => log.warn({ err: cause }, 'the stream of the bus could not be made'))
      // The stream may be another now, that counts from 1 again: whoever reads begins anew.
      await reading?.close().catch(() => {})
    }
  }

  async function read(from: ConsumerMessages): Promise<void> {
    let messages = from
    while (!closed) {
      reading = messages
      try {
        for await (const message of messages) {
          if (expected !== undefined && message.seq !== expected) gap()
          expected = message.seq + 1
          if (message.headers?.get(sender) === node) continue
          const hear = hearers.get(message.subject.slice(prefix.length))
          for (const one of hear ?? []) one(message.data)
        }
      } catch (cause) {
        if (!closed) log.warn({ err: cause }, 'the bus stumbled; reading again')
      }
      if (closed) return
      await new Promise((resolve) => setTimeout(resolve, 500))
      expected = undefined
      const next = await open(client, stream).catch(() => undefined)
      if (next) {
        messages = next
        gap()
      }
    }
  }

  return {
    publish(subject, bytes) {
      if (closed) return
      try {
        connection.publish(`${prefix}${subject}`, bytes, { headers: own })
      } catch (cause) {
        log.warn({ err: cause }, 'the bus took nothing; the others will read it from the database')
      }
    },
    subscribe(subject, hear) {
      hearers.set(subject, [...(hearers.get(subject) ?? []), hear])
    },
    onGap: (listener) => void gapListeners.push(listener),
    isConnected: () => !connection.isClosed(),
    async close() {
      closed = true
      await reading?.close().catch(() => {})
      await connection.drain().catch(() => connection.close())
      await consuming
    },
  }
}

/** Every message from now on, in order. */
async function open(client: JetStreamClient, stream: string): Promise<ConsumerMessages> {
  const consumer = await client.consumers.get(stream, { deliver_policy: DeliverPolicy.New })
  return consumer.consume({ max_messages: 2_000 })
}

async function makeStream(connection: NatsConnection, name: string, subjects: string): Promise<void> {
  const manager = await jetstreamManager(connection)
  const wanted = { name, subjects: [subjects], storage: StorageType.Memory, retention: RetentionPolicy.Limits, discard: DiscardPolicy.Old, max_age: keptMs * 1e6, max_bytes: keptBytes }
  await manager.streams.info(name).catch(() => manager.streams.add(wanted))
}
