/** A program on the live feed, remembering what it heard. */
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

/** Ask again until it is so: what follows from a command by itself follows soon, not at once. @throws Error after half a minute */
export async function until<T>(look: () => Promise<T | undefined> | T | undefined, what: string): Promise<T> {
  for (let tries = 0; tries < 300; tries++) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(100)
  }
  throw new Error(`${what} did not come`)
}

type Heard = { readonly position: number; readonly stream: string; readonly agency: string; readonly type: string }
export type LiveListener = ReturnType<typeof listenTo>

/** @param path  `/api/live?after=N` */
export function listenTo(url: string, path: string, token: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, { headers: { authorization: `Bearer ${token}` } })
  const messages: any[] = [] // what came is what the test looks at
  const frames: Buffer[] = []
  let broken: Error | undefined
  let read = 0
  socket.on('message', (bytes: Buffer, isBinary: boolean) => void (isBinary ? frames.push(bytes) : messages.push(JSON.parse(bytes.toString()))))
  socket.on('error', (error) => void (broken ??= error))
  socket.on('close', (code) => void (broken ??= new Error(`closed with ${code}`)))
  return {
    frames,
    broken: () => broken,
    send: (message: object) => socket.send(JSON.stringify(message)),
    /** The next message that is wanted; those before it are passed over. */
    until: (wanted: (message: any) => boolean) =>
      until(() => {
        while (read < messages.length) {
          const message = messages[read++]
          if (wanted(message)) return message
        }
        if (broken) throw broken
        return undefined
      }, 'a message'),
    entries: () => messages.filter((message) => message.type === 'changes').flatMap((message) => message.entries as Heard[]),
    close: () => socket.close(),
  }
}
