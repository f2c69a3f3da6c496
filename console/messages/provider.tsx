/** The watch room's messages: an inbox that hears what the room hears, and what was said and not sent. Only for those who talk to crews. */
import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react'
import { api, newCommandId } from '#ui/client.ts'
import { base64Of } from '#ui/messages/bytes.ts'
import { createInbox } from '#ui/messages/inbox.ts'
import { InboxProvider } from '#ui/messages/inbox-context.tsx'
import { useSession } from '#ui/session.tsx'
import { useRoom } from '../command/room-context.tsx'
import { openKeptVoices, type KeptVoice, type KeptVoices, type UnsentVoice } from './kept-voices.ts'
import { voiceStore } from './voice-store.ts'
import './messages.css'

/** Roles that write to crews; the server says the same. */
export const talkers = ['dispatcher', 'commander', 'station'] as const
/** Roles that call many and make groups. */
export const leaders = ['dispatcher', 'commander'] as const

const Voices = createContext<KeptVoices | undefined>(undefined)

const sendVoice = async ({ id, channel, blob, seconds }: KeptVoice) => api.post(`/api/messages/channels/${channel}/voices`, { data: await base64Of(blob), seconds, commandId: id })

export function MessagesProvider({ children }: { readonly children: ReactNode }) {
  const room = useRoom()
  const { session, may } = useSession()
  const account = session?.account ?? ''
  const [inbox] = useState(() => createInbox({ account, asked: false }))
  const [voices] = useState(() => openKeptVoices({ account, store: voiceStore, send: sendVoice, newId: newCommandId, now: Date.now }))
  const mayTalk = may(talkers)
  useEffect(() => {
    if (!mayTalk) return
    void inbox.load()
    return room.onViews((changes) => (changes ? inbox.hear(changes) : void inbox.load()))
  }, [inbox, room, mayTalk])
  useEffect(() => () => inbox.stop(), [inbox])
  return (
    <InboxProvider inbox={inbox}>
      <Voices value={voices}>{children}</Voices>
    </InboxProvider>
  )
}

/** Voice notes that are not sent, of all channels. @throws Error outside a MessagesProvider */
export function useVoices(): { readonly voices: KeptVoices; readonly unsent: readonly UnsentVoice[] } {
  const voices = useContext(Voices)
  if (!voices) throw new Error('useVoices needs a MessagesProvider above it')
  return { voices, unsent: useSyncExternalStore(voices.subscribe, voices.get) }
}
