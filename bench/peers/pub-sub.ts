/**
 * Redis and NATS as peers of the live feed: one message per position, spoken on bare sockets in their own words, so that no client
 * library's cost is theirs. Redis: RESP 2, https://redis.io/docs/latest/develop/reference/protocol-spec. NATS:
 * https://docs.nats.io/reference/reference-protocols/nats-protocol.
 */
import { connect, type Socket } from 'node:net'

export type Peer = {
  /** The name of its process. */
  readonly process: string
  readonly port: number
  /** What a client says first. */
  readonly greeting: string
  readonly subscription: string
  publication(payload: Buffer): Buffer
  /** A delivered message begins so; anything else is a line to be passed over. */
  readonly head: string
  readonly messageBytes: number
  readonly payloadAt: number
}

const channel = 'positions'

/** @param payloadBytes  every message has as many */
export const peers = (payloadBytes: number): Readonly<Record<'redis' | 'nats', Peer>> => {
  const ofRedis = `*3\r\n$7\r\nmessage\r\n$${channel.length}\r\n${channel}\r\n$${payloadBytes}\r\n`
  const ofNats = `MSG ${channel} 1 ${payloadBytes}\r\n`
  return {
    redis: {
      process: 'redis-server',
      port: 6379,
      greeting: '',
      subscription: `*2\r\n$9\r\nSUBSCRIBE\r\n$${channel.length}\r\n${channel}\r\n`,
      publication: (payload) => Buffer.concat([Buffer.from(`*3\r\n$7\r\nPUBLISH\r\n$${channel.length}\r\n${channel}\r\n$${payload.length}\r\n`), payload, crlf]),
      head: '*3\r\n$7',
      messageBytes: ofRedis.length + payloadBytes + 2,
      payloadAt: ofRedis.length,
    },
    nats: {
      process: 'nats-server',
      port: 4222,
      greeting: 'CONNECT {"verbose":false,"pedantic":false}\r\n',
      subscription: `SUB ${channel} 1\r\n`,
      publication: (payload) => Buffer.concat([Buffer.from(`PUB ${channel} ${payload.length}\r\n`), payload, crlf]),
      head: 'MSG ',
      messageBytes: ofNats.length + payloadBytes + 2,
      payloadAt: ofNats.length,
    },
  }
}
const crlf = Buffer.from('\r\n')

/** A socket that said its greeting. Undefined when nobody listens there. */
export function reach(peer: Peer): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(peer.port, '127.0.0.1')
    socket.once('error', () => resolve(undefined))
    socket.once('connect', () => {
      socket.write(peer.greeting)
      resolve(socket)
    })
  })
}

/**
 * Counts the messages in what arrives, whatever pieces it comes in, and answers NATS when it asks whether we live.
 *
 * @param hear  the payload of each message; leave it out to count only
 */
export function messagesOf(peer: Peer, socket: Socket, hear?: (payload: Buffer) => void): (chunk: Buffer) => number {
  let rest: Buffer = Buffer.alloc(0)
  const [first, sixth] = [peer.head.charCodeAt(0), peer.head.charCodeAt(5)]
  const isMessage = (bytes: Buffer, at: number) => bytes[at] === first && (peer.head.length < 6 || bytes[at + 5] === sixth)
  return (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let at = 0
    let count = 0
    while (at + peer.head.length <= bytes.length) {
      if (isMessage(bytes, at)) {
        if (at + peer.messageBytes > bytes.length) break
        hear?.(bytes.subarray(at + peer.payloadAt, at + peer.messageBytes - 2))
        at += peer.messageBytes
        count++
        continue
      }
      const end = bytes.indexOf('\r\n', at)
      if (end < 0) break
      if (bytes.toString('latin1', at, end) === 'PING') socket.write('PONG\r\n')
      at = end + 2
    }
    rest = bytes.subarray(at)
    return count
  }
}
