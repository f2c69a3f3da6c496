/** A small MQTT broker inside the house, for who wants OwnTracks over MQTT and has no broker: phones publish, and nobody reads there. */
import { Aedes, type AuthenticateError, type Client } from 'aedes'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { readTrack } from '#gateways/phones.ts'
import { isRefused } from '#kernel/decision.ts'
import type { UnitsDeps } from './deps.ts'
import { findDeviceByKey } from './devices-store.ts'
import { takePhoneMessage, type PhonePort } from './phones-jobs.ts'

/** What OwnTracks publishes: places at the first, other things below it. */
const topicOfPhones = /^owntracks\/[^/]+\/[^/]+(?:\/[a-z]+)?$/
/** Of one phone, before it has shown a key, and between two things that were understood. */
const greetingBytesMax = 4 * 1024
const messageBytesMax = 128 * 1024
const linksMax = 5_000
/** Return codes of CONNACK: MQTT 3.1.1, table 3.1. */
const unavailable = 3
const wrongPassword = 4

/**
 * Listen for phones that publish `owntracks/USER/DEVICE`, any user name, the key as password. Nothing is forwarded, retained or kept
 * for later: a phone that asks to hear others is told no. A message is acknowledged when it is durable. Plain TCP: on a private
 * network, or behind something that ends TLS.
 *
 * @throws the system's error when the port is taken
 */
export async function openBroker(deps: UnitsDeps, host: string, wanted: number): Promise<PhonePort> {
  const keys = new WeakMap<Client, string>()
  const sockets = new Set<Socket>()
  const heard = new WeakMap<Client, () => void>()
  const addressOf = (client: Client) => (client.conn as Socket).remoteAddress ?? ''

  const broker = await Aedes.createBroker({
    id: 'gengfu',
    connectTimeout: 20_000,
    maxTopicLevels: 4,
    authenticate(client, _name, password, done) {
      const key = password?.toString()
      admit(client, key).then(
        (isKnown) => (isKnown ? done(null, true) : done(failure('wrong key', wrongPassword), null)),
        (cause: unknown) => {
          deps.onFault?.('admitting a phone over MQTT', cause)
          done(failure('the database is away', unavailable), null)
        },
      )
    },
    authorizePublish(client, packet, done) {
      packet.retain = false // what stays behind would be a place that nobody asked for
      const key = client ? keys.get(client) : undefined
      if (!client || key === undefined || !topicOfPhones.test(packet.topic)) return done(new Error('not a topic of this phone'))
      heard.get(client)?.()
      takePhoneMessage(deps, { address: addressOf(client), language: 'en' }, readTrack(key, packet.payload.toString(), deps.now())).then(
        (taken) => done(isRefused(taken) ? new Error(taken.refused) : null),
        (cause: unknown) => {
          deps.onFault?.('a phone’s report over MQTT', cause)
          done(cause instanceof Error ? cause : new Error(String(cause))) // unacknowledged: it is sent again
        },
      )
    },
    authorizeSubscribe: (_client, _subscription, done) => done(null, null),
    authorizeForward: () => null,
  })

  async function admit(client: Client, key: string | undefined): Promise<boolean> {
    const device = key ? await findDeviceByKey(deps.db, key) : undefined
    if (device) {
      keys.set(client, key!)
      heard.get(client)?.()
      return true
    }
    if (deps.wrongKeys.take(addressOf(client)) === 0 && key) deps.strangers.note('phone', key, 'owntracks')
    return false
  }

  const server = createServer((socket) => {
    if (sockets.size >= linksMax) return void socket.destroy()
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy()) // reset by the network
    const client = broker.handle(socket)
    let from = 0
    heard.set(client, () => (from = socket.bytesRead))
    socket.on('data', () => {
      if (socket.bytesRead - from > (keys.has(client) ? messageBytesMax : greetingBytesMax)) socket.destroy()
    })
  })
  broker.on('ping', (_packet, client) => heard.get(client)?.())
  server.listen({ host, port: wanted })
  await once(server, 'listening')
  return {
    port: (server.address() as { port: number }).port,
    async stop() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((done) => broker.close(done))
    },
  }
}

const failure = (message: string, returnCode: number): AuthenticateError => Object.assign(new Error(message), { returnCode })
