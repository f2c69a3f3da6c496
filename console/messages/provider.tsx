/** The watch room's messages: an inbox that hears what the room hears. Only for those who talk to crews. */
import { useEffect, useState, type ReactNode } from 'react'
import { createInbox } from '#ui/messages/inbox.ts'
import { InboxProvider } from '#ui/messages/inbox-context.tsx'
import { useSession } from '#ui/session.tsx'
import { useRoom } from '../command/room-context.tsx'
import './messages.css'

/** Roles that write to crews; the server says the same. */
export const talkers = ['dispatcher', 'commander', 'station'] as const
/** Roles that call many and make groups. */
export const leaders = ['dispatcher', 'commander'] as const

export function MessagesProvider({ children }: { readonly children: ReactNode }) {
  const room = useRoom()
  const { session, may } = useSession()
  const account = session?.account ?? ''
  const [inbox] = useState(() => createInbox({ account, asked: false }))
  const mayTalk = may(talkers)
  useEffect(() => {
    if (!mayTalk) return
    void inbox.load()
    return room.onViews((changes) => (changes ? inbox.hear(changes) : void inbox.load()))
  }, [inbox, room, mayTalk])
  useEffect(() => () => inbox.stop(), [inbox])
  return <InboxProvider inbox={inbox}>{children}</InboxProvider>
}
