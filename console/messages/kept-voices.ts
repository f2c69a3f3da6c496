/**
 * Voice notes of this console until the server has them. A note is kept before it is sent, with the id of its command:
 * what a failure, a lost answer or a closed page leaves is sent again as the same command, so once in effect.
 */
import type { Recording } from '#ui/messages/recorder.ts'

export type KeptVoice = Recording & {
  /** Of the command; every attempt has the same. */
  readonly id: string
  readonly account: string
  readonly channel: string
  readonly madeAt: number
}

/** As it stands on the page. */
export type UnsentVoice = KeptVoice & {
  /** An attempt is under way; its first one is the composer's to show. */
  readonly sending: 'first' | 'again' | null
  /** The browser could not keep it: it lasts as long as the page. */
  readonly unkept: boolean
}

/** Where they are kept; on the page IndexedDB, in a test a map. Every call may fail. */
export type VoiceStore = {
  /** Of this account; those of everybody else are removed. */
  list(account: string): Promise<readonly KeptVoice[]>
  put(voice: KeptVoice): Promise<void>
  remove(id: string): Promise<void>
}

export type KeptVoices = {
  readonly get: () => readonly UnsentVoice[]
  readonly subscribe: (listener: () => void) => () => void
  /** Keep a new one and send it. @throws what `send` threw; the note stays */
  readonly say: (channel: string, recording: Recording) => Promise<void>
  /** Once more. Nothing while an attempt is under way. @throws as `say` */
  readonly again: (id: string) => Promise<void>
  /** Thrown away. Not while an attempt is under way: whether it arrived would be anybody's guess. */
  readonly drop: (id: string) => Promise<void>
}

export type KeptVoicesOptions = {
  readonly account: string
  readonly store: VoiceStore
  /** @throws Problem when it did not arrive, or no answer came */
  readonly send: (voice: KeptVoice) => Promise<unknown>
  readonly newId: () => string
  readonly now: () => number
}

/** What was kept before is there as soon as the store has answered. */
export function openKeptVoices({ account, store, send, newId, now }: KeptVoicesOptions): KeptVoices {
  let voices: readonly UnsentVoice[] = []
  const listeners = new Set<() => void>()
  const set = (next: readonly UnsentVoice[]) => {
    voices = next
    for (const listener of listeners) listener()
  }
  const change = (id: string, changes: Partial<UnsentVoice>) => set(voices.map((each) => (each.id === id ? { ...each, ...changes } : each)))
  const without = async (id: string) => {
    set(voices.filter((each) => each.id !== id))
    await store.remove(id).catch(() => {}) // it comes again with the next start, and sent again it changes nothing
  }
  const attempt = async (voice: KeptVoice) => {
    try {
      await send(voice)
    } catch (thrown) {
      change(voice.id, { sending: null })
      throw thrown
    }
    await without(voice.id)
  }

  store.list(account).then(
    (kept) => set([...kept.filter(({ id }) => !voices.some((each) => each.id === id)).map((each): UnsentVoice => ({ ...each, sending: null, unkept: false })), ...voices].sort((a, b) => a.madeAt - b.madeAt)),
    () => {}, // a browser that keeps nothing has nothing from before
  )
  return {
    get: () => voices,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async say(channel, { blob, seconds }) {
      const voice: KeptVoice = { id: newId(), account, channel, blob, seconds, madeAt: now() }
      set([...voices, { ...voice, sending: 'first', unkept: false }])
      await store.put(voice).catch(() => change(voice.id, { unkept: true }))
      await attempt(voice)
    },
    async again(id) {
      const voice = voices.find((each) => each.id === id)
      if (!voice || voice.sending) return
      change(id, { sending: 'again' })
      await attempt(voice)
    },
    async drop(id) {
      if (voices.some((each) => each.id === id && !each.sending)) await without(id)
    },
  }
}
