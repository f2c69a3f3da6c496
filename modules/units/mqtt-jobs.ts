/** OwnTracks over MQTT: this house as one client of an outside broker. */
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type MqttClient } from 'mqtt'
import { readTrack } from '#gateways/phones.ts'
import { DatabaseUnavailable } from '#platform/db/fault.ts'
import type { UnitsDeps } from './deps.ts'
import { takePhoneMessage } from './phones-jobs.ts'

export type MqttListener = { stop(): Promise<void> }

/** `owntracks/USER/KEY`: the device part is the key, so that a broker's own accounts need not be ours. Below it the regions that a phone enters and leaves. */
const topics = ['owntracks/+/+', 'owntracks/+/+/event']
const retryMs = 250
const retryMsMax = 10_000
/** What fails so often while the database is there fails for what it says. */
const triesMax = 6
/** Who takes a client's name at a broker ends its connection: two that share one do so in turn, every `reconnectMs`. */
const reconnectMs = 2_000
const lastingMs = 3 * reconnectMs
const brokenMax = 4

/**
 * Connect to a broker and take what phones publish. A broker that goes away is waited for; with a session that the broker keeps and
 * quality of service 1 it delivers what came meanwhile, and a message is acknowledged to it when it is durable. What the database does
 * not take is tried until it does: a broker sends nothing twice on one connection, and stops when a score of messages are unanswered.
 *
 * @param url   `mqtt://user:password@host:1883` or `mqtts://…`
 * @param name  of this node at the broker; the same after a restart, so that its session is found again
 */
export function listenToBroker(deps: UnitsDeps, url: string, name: string): MqttListener {
  const client: MqttClient = connect(url, { clientId: `gengfu-${name}`, clean: false, reconnectPeriod: reconnectMs, resubscribe: true })
  let isSaid = false
  let lasting: NodeJS.Timeout | undefined
  /** Connections in a row that ended as soon as they were there. */
  let broken = 0
  /** Over with the connection: what was not acknowledged comes again on the next, maybe under another number. */
  let connection = new AbortController()
  client.on('connect', () => {
    isSaid = false
    lasting = setTimeout(() => {
      lasting = undefined
      broken = 0
    }, lastingMs).unref()
    client.subscribe(topics, { qos: 1 }, (cause) => cause && deps.onFault?.('subscribing at the MQTT broker', cause))
  })
  client.on('close', () => {
    if (lasting && ++broken === brokenMax) {
      deps.onFault?.(`the MQTT broker at ${hostOf(url)}`, new Error(`It ends each connection at once. Probably another program comes there as gengfu-${name}: give each node a GENGFU_MQTT_NAME of its own.`))
    }
    clearTimeout(lasting)
    lasting = undefined
    connection.abort()
    connection = new AbortController()
  })
  client.on('error', (cause) => {
    // Tried again every two seconds: said once for each time that it is away.
    if (!isSaid) deps.onFault?.(`the MQTT broker at ${hostOf(url)}`, cause)
    isSaid = true
  })

  /** Until it is durable, or nobody waits for that any more. */
  async function take(topic: string, payload: string, over: AbortSignal) {
    for (let tries = 1; !over.aborted; tries++) {
      try {
        return await takePhoneMessage(deps, { address: 'mqtt', language: 'en' }, readTrack(topic.split('/')[2] ?? '', payload, deps.now()))
      } catch (cause) {
        if (tries === 1) deps.onFault?.('a phone’s report over MQTT', cause)
        if (tries >= triesMax && !isOfDatabase(cause)) return void deps.onFault?.(`a phone’s report over MQTT, given up after ${tries} attempts`, cause)
        await sleep(Math.min(retryMs * 2 ** (tries - 1), retryMsMax), undefined, { signal: over }).catch(() => {})
      }
    }
  }
  // In place of the client's own, so that the acknowledgement waits for the database.
  client.handleMessage = (packet, done) => {
    const over = connection.signal
    void take(packet.topic, packet.payload.toString(), over).then(() => over.aborted || done())
  }
  return {
    async stop() {
      connection.abort()
      await client.endAsync().catch(() => {})
    },
  }
}

const hostOf = (url: string) => url.replace(/^.*@/, '')

/** Away, full, read only or shutting down: not class 22, where the values are at fault. */
const isOfDatabase = (cause: unknown): boolean =>
  cause instanceof DatabaseUnavailable || /^(?!22)[0-9A-Z]{5}$/.test(String((cause as { readonly code?: unknown } | undefined)?.code ?? ''))
