/** Command ids of several things that somebody may mean at once. */
import { newCommandId } from '#ui/client.ts'

export type Intents = {
  /** The same until it was answered: a lost answer is not done twice. */
  readonly idOf: (intent: string) => string
  /** It was answered; the same once more is meant again. */
  readonly answered: (intent: string) => void
}

export function intents(newId: () => string = newCommandId): Intents {
  const open = new Map<string, string>()
  return {
    idOf(intent) {
      const id = open.get(intent) ?? newId()
      open.set(intent, id)
      return id
    },
    answered: (intent) => void open.delete(intent),
  }
}
