/** Words that are being written about an order. They outlive it: it may be ended by others in the middle of a sentence. Pure. */

export type Draft = {
  readonly incident: string
  /** The incident's, as people say it. */
  readonly number: number
  readonly assignment: string
  readonly kind: 'note' | 'report' | 'refuse'
  readonly text: string
}

/** With this one, in place of what was being written about the same order. */
export const withDraft = (drafts: readonly Draft[], draft: Draft): readonly Draft[] => [...withoutDraft(drafts, draft.assignment), draft]

/** Sent, or given up. */
export const withoutDraft = (drafts: readonly Draft[], assignment: string): readonly Draft[] => drafts.filter((each) => each.assignment !== assignment)

/** Those whose order is over, oldest first. An empty sheet goes with its order. */
export const leftBehind = (drafts: readonly Draft[], assignment: string | undefined): readonly Draft[] => drafts.filter((each) => each.assignment !== assignment && each.text.trim() !== '')
