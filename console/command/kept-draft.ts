/**
 * The report in hand outlives the room: while the sign-in page stands before it because the session ended, what was
 * typed waits here. It belongs to the account that typed it; whoever else signs in at this desk wipes it out.
 */
import type { Draft } from './draft.ts'

export type Kept = { readonly draft: Draft | null; readonly composing: boolean }

const nothing: Kept = { draft: null, composing: false }
let owner: string | undefined
let kept = nothing

/** What this account had in hand. */
export function keptFor(account: string | undefined): Kept {
  if (account !== owner) {
    owner = account
    kept = nothing
  }
  return kept
}

export function keep(account: string | undefined, next: Kept): void {
  owner = account
  kept = next
}
