/** What equal nodes of one house tell each other at once, beside the database that they share. Nothing is lost when it is: who missed something reads it there. */

/** @param isWhole  every node that is known of has answered */
export type Answers = { readonly answers: readonly Uint8Array[]; readonly isWhole: boolean }

export type Bus = {
  /** Tell the other nodes. Never throws and never waits: what cannot be told now is made up for from the database. */
  publish(subject: string, bytes: Uint8Array): void
  /** Hear what other nodes tell; one's own words do not come back. */
  subscribe(subject: string, hear: (bytes: Uint8Array) => void): void
  /** Ask the other nodes what only they know. Never throws; waits a second at most. Questions and answers are kept nowhere. */
  ask(subject: string, question: Uint8Array): Promise<Answers>
  /** Answer what other nodes ask. */
  answer(subject: string, reply: (question: Uint8Array) => Uint8Array): void
  /** Told when something may have been missed: the line was gone and is there again. */
  onGap(listener: () => void): void
  /** What others tell is heard now. */
  isConnected(): boolean
  /** The other nodes that were heard lately. */
  nodes(): number
  close(): Promise<void>
}

/** Of a house with one node: there is nobody to tell. */
export const aloneBus: Bus = {
  publish() {},
  subscribe() {},
  ask: async () => ({ answers: [], isWhole: true }),
  answer() {},
  onGap() {},
  isConnected: () => true,
  nodes: () => 0,
  async close() {},
}
