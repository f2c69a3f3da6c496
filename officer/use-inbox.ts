/** The phone's messages: an inbox that hears what the phone's socket hears, and the ring of a call. */
import { useEffect, useState } from 'react'
import { createInbox, type Inbox } from '#ui/messages/inbox.ts'
import type { ChangesMessage } from '#platform/live/contract.ts'

export type PocketInbox = {
  readonly inbox: Inbox
  /** What the socket says; undefined: it lost count, or came back. */
  readonly hear: (changes: ChangesMessage | undefined) => void
}

export function usePocketInbox(account: string): PocketInbox {
  const [pocket] = useState<PocketInbox>(() => {
    const inbox = createInbox({ account, asked: true })
    return { inbox, hear: (changes) => (changes ? inbox.hear(changes) : void inbox.load()) }
  })
  useEffect(() => () => pocket.inbox.stop(), [pocket])
  return pocket
}
