/** What equal nodes of one house tell each other at once, beside the database that they share. Nothing is lost when it is: who missed something reads it there. */

export type Bus = {
  /** Tell the other nodes. Never throws and never waits: what cannot be told now is made up for from the database. */
  publish(subject: string, bytes: Uint8Array): void
  /** Hear what other nodes tell; one's own words do not come back. */
  subscribe(subject: string, hear: (bytes: Uint8Array) => void): void
  /** Told when something may have been missed: the line was gone and is there again. */
  onGap(listener: () => void): void
  isConnected(): boolean
  close(): Promise<void>
}

/** Of a house with one node: there is nobody to tell. */
export const aloneBus: Bus = {
  publish() {},
  subscribe() {},
  onGap() {},
  isConnected: () => true,
  async close() {},
}
