/** OwnTracks over MQTT: this house as one client of an outside broker. */
import { connect, type MqttClient } from 'mqtt'
import { readTrack } from '#gateways/phones.ts'
import type { UnitsDeps } from './deps.ts'
import { takePhoneMessage } from './phones-jobs.ts'

export type MqttListener = { stop(): Promise<void> }

/** `owntracks/USER/KEY`: the device part is the key, so that a broker's own accounts need not be ours. Below it the regions that a phone enters and leaves. */
const topics = ['owntracks/+/+', 'owntracks/+/+/event']

/**
 * Connect to a broker and take what phones publish. A broker that goes away is waited for; with a session that the broker keeps and
 * quality of service 1 it delivers what came meanwhile, and a message is acknowledged to it when it is durable.
 *
 * @param url   `mqtt://user:password@host:1883` or `mqtts://…`
 * @param name  of this node at the broker; the same after a restart, so that its session is found again
 */
export function listenToBroker(deps: UnitsDeps, url: string, name: string): MqttListener {
  const client: MqttClient = connect(url, { clientId: `gengfu-${name}`, clean: false, reconnectPeriod: 2_000, resubscribe: true })
  let isSaid = false
  client.on('connect', () => {
    isSaid = false
    client.subscribe(topics, { qos: 1 }, (cause) => cause && deps.onFault?.('subscribing at the MQTT broker', cause))
  })
  client.on('error', (cause) => {
    // Tried again every two seconds: said once for each time that it is away.
    if (!isSaid) deps.onFault?.(`the MQTT broker at ${url.replace(/^.*@/, '')}`, cause)
    isSaid = true
  })
  // In place of the client's own, so that the acknowledgement waits for the database.
  client.handleMessage = (packet, done) => {
    const key = packet.topic.split('/')[2] ?? ''
    takePhoneMessage(deps, { address: 'mqtt', language: 'en' }, readTrack(key, packet.payload.toString(), deps.now())).then(
      () => done(),
      (cause: unknown) => {
        deps.onFault?.('a phone’s report over MQTT', cause)
        done(cause instanceof Error ? cause : new Error(String(cause)))
      },
    )
  }
  return { stop: () => client.endAsync().catch(() => {}) }
}
