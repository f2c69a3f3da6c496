/** What a rule answers: the events that follow, or why nothing may. A refusal is an answer, not an error. */
export type Decision<Event, Code extends string = string> = { readonly events: readonly Event[] } | Refused<Code>

/** Why nothing may happen. The sentence is looked up by `code`, in the reader's language, with `params` filled in. */
export type Refused<Code extends string = string> = {
  readonly refused: Code
  readonly params?: RefusalParams
}

export type RefusalParams = Readonly<Record<string, string | number>>

/** The sentences of a room's refusals: `{name}` is filled from the refusal's params. Every code has both languages. */
export type Sentences = Readonly<Record<string, { readonly zh: string; readonly en: string }>>

export const accept = <Event>(...events: Event[]): { readonly events: readonly Event[] } => ({ events })

export const refuse = <Code extends string>(refused: Code, params?: RefusalParams): Refused<Code> =>
  params ? { refused, params } : { refused }

export const isRefused = (answer: object): answer is Refused => 'refused' in answer

/** The sentence for a person: `Unit 巡3 is off duty.` An unknown code reads as itself, so nothing is ever blank. */
export function sentence(sentences: Sentences, refusal: Refused, language: 'zh' | 'en'): string {
  const text = sentences[refusal.refused]?.[language] ?? refusal.refused
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(refusal.params?.[name] ?? whole))
}
