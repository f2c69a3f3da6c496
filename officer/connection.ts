/** On line or not, as a person means it. Pure. */
import type { LiveStatus } from '#ui/live.ts'

/** A first attempt that failed is off line, not "connecting": a page opened in a cellar says so at once. Where the session ended, the page is asking whether there is another. */
export const connectionOf = (live: Pick<LiveStatus, 'state' | 'retryAt'> | undefined): 'online' | 'connecting' | 'offline' =>
  live?.state === 'live' ? 'online' : !live || live.state === 'ended' || (live.state === 'connecting' && live.retryAt === undefined) ? 'connecting' : 'offline'
