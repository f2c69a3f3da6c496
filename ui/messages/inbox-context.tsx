/** The inbox for React: one for everybody below, read by small selections. */
import { createContext, useContext, useSyncExternalStore, type ReactNode } from 'react'
import '../locales/messages.ts'
import type { Inbox } from './inbox.ts'
import type { InboxState } from './inbox-state.ts'
import './messages.css'

const Context = createContext<Inbox | undefined>(undefined)

export function InboxProvider({ inbox, children }: { readonly inbox: Inbox; readonly children: ReactNode }) {
  return <Context value={inbox}>{children}</Context>
}

/** @throws Error outside an InboxProvider */
export function useInbox(): Inbox {
  const inbox = useContext(Context)
  if (!inbox) throw new Error('useInbox needs an InboxProvider above it')
  return inbox
}

/** A part of what is known of messages; drawn anew when that part is another one. The selection must not make new objects. */
export function useInboxPart<T>(select: (state: InboxState) => T): T {
  const inbox = useInbox()
  return useSyncExternalStore(inbox.subscribe, () => select(inbox.get()))
}
