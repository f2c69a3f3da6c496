/** What a line of the command line may name, ask for and come to. */
import type { AssignmentState } from '#modules/dispatch/contract.ts'
import type { UnitState } from '#modules/units/contract.ts'

/** The things that a line can name, as they are now. */
export type Vocabulary = {
  readonly incidents: readonly NamedIncident[]
  readonly units: readonly NamedUnit[]
  readonly categories: readonly { readonly id: string; readonly name: string; readonly nameEn: string; readonly pinyin: string }[]
  readonly stations: readonly { readonly path: string; readonly name: string; readonly nameEn: string | null }[]
  /** Whom a message may be for, beside units and incidents: agencies, and groups by their channel. */
  readonly channels: readonly { readonly id: string; readonly name: string; readonly nameEn: string | null }[]
  /** Roads that are closed now. */
  readonly closures: readonly NamedClosure[]
  /** Where no incident is named, this one is meant. */
  readonly selected: string | null
  readonly language: 'zh' | 'en'
}
export type NamedIncident = {
  readonly id: string
  readonly number: number
  readonly open: boolean
  readonly openedAt: number
  /** Said beside the number: `纠纷 · 雄石路`. */
  readonly title: string
}
export type NamedUnit = {
  readonly id: string
  readonly callSign: string
  readonly state: UnitState
  /** At the moment at which it is read. */
  readonly stale: boolean
  readonly assignment: string | null
  readonly incident: string | null
}

export type NamedClosure = { readonly id: string; readonly streets: readonly string[]; readonly reason: string }
/** A place as a line names it: where an incident or a unit is, or words to search for. */
export type Where = { readonly incident: string } | { readonly unit: string } | { readonly place: string }

export const verbs = ['new', 'dispatch', 'state', 'close', 'message', 'note', 'hand-over', 'go', 'route', 'reach', 'close-road', 'open-road', 'undo', 'help'] as const
export type Verb = (typeof verbs)[number]

export const askedStates = ['acknowledged', 'en-route', 'on-scene', 'reported', 'cleared', 'refused', 'cancelled'] as const
export type AskedState = Extract<AssignmentState, (typeof askedStates)[number]>
export const outcomeNames = ['settled', 'handed-over', 'unfounded', 'duplicate', 'cancelled-by-caller', 'mistake'] as const
export type OutcomeName = (typeof outcomeNames)[number]
export type Command =
  | { readonly verb: 'new'; readonly category: string | null; readonly place: string; readonly summary: string }
  | { readonly verb: 'dispatch'; readonly incident: string; readonly units: readonly { readonly id: string; readonly divert: boolean }[] }
  | { readonly verb: 'state'; readonly unit: string; readonly assignment: string; readonly state: AskedState }
  | { readonly verb: 'close'; readonly incident: string; readonly outcome: OutcomeName; readonly note: string }
  | { readonly verb: 'message'; readonly channel: string; /** As it is called. */ readonly to: string; readonly text: string }
  | { readonly verb: 'note'; readonly incident: string; readonly text: string }
  | { readonly verb: 'hand-over'; readonly incident: string; readonly station: string }
  | { readonly verb: 'go'; readonly incident: string | null; readonly unit: string | null; readonly place: string | null }
  | { readonly verb: 'route'; readonly from: Where; readonly to: Where }
  | { readonly verb: 'reach'; readonly at: Where | 'units'; /** The usual ones when null. */ readonly minutes: readonly number[] | null }
  | { readonly verb: 'close-road'; readonly at: Where }
  | { readonly verb: 'open-road'; readonly closure: string }
  | { readonly verb: 'undo' }
  | { readonly verb: 'help' }

/** Said to the person through the catalogue: `command-line.KEY`, with `params` filled in. */
export type Saying = { readonly key: string; readonly params: Readonly<Record<string, string>> }

export type Completion = {
  /** The whole line after taking this. */
  readonly line: string
  readonly label: string
  readonly hint: string
}

export type Reading = {
  readonly status: 'empty' | 'unfinished' | 'wrong' | 'ready'
  readonly verb: Verb | null
  /** What it will do; what is still missing; or what is wrong. */
  readonly saying: Saying | null
  /** True things to know before doing it: `unit 巡3 leaves incident 9`. */
  readonly warnings: readonly Saying[]
  readonly command: Command | null
  readonly completions: readonly Completion[]
}
