/** Requests held to their schemas. What is wrong is said as path, found, expected. */
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'

export type Flaw = { readonly path: string; readonly found: string; readonly expected: string }

export type Part = 'params' | 'querystring' | 'body' | 'reply'

/** A checker of one part of a request: the value to use, or what is wrong with it. Compiled once per route. */
export type Check = (value: unknown) => { readonly value: unknown } | { readonly flaws: readonly Flaw[] }

/** Bodies are taken as they are; only text parts (`params`, `querystring`) may turn "12" into 12. */
export function checkerOf(schema: TSchema, part: Part): Check {
  const validator = Compile(schema)
  return (given) => {
    const value = part === 'querystring' || part === 'params' ? fromText(schema, given) : given
    if (validator.Check(value)) return { value }
    return { flaws: flawsOf(validator.Errors(value), value, schema, part) }
  }
}

/** `?limit=` is no limit, not the limit 0. */
function fromText(schema: TSchema, given: unknown): unknown {
  const properties = (schema as { properties?: Record<string, { type?: string }> }).properties ?? {}
  const filled = Object.entries((given ?? {}) as Record<string, unknown>).filter(
    ([name, value]) => value !== '' || properties[name]?.type === 'string',
  )
  return Value.Convert(schema, Object.fromEntries(filled))
}

type Failure = { keyword: string; schemaPath: string; instancePath: string; params: object; message: string }

function flawsOf(failures: readonly Failure[], value: unknown, schema: TSchema, part: Part): Flaw[] {
  const flaws = new Map<string, Flaw>()
  for (const failure of failures) {
    if (failure.keyword === 'additionalProperties') continue // the stray property is named by its own failure
    const stray = failure.schemaPath.endsWith('/additionalProperties')
    const missing = failure.keyword === 'required' ? ((failure.params as { requiredProperties?: string[] }).requiredProperties ?? []) : []
    for (const path of missing.length ? missing.map((name) => `${failure.instancePath}/${name}`) : [failure.instancePath]) {
      const expected = stray ? 'nothing: there is no such field' : missing.length ? wantedAt(schema, path) : wanted(failure, schema)
      // The last failure at a path is the whole of it (anyOf after its branches); a deeper one stands by itself.
      flaws.set(path, { path: `${part === 'querystring' ? 'query' : part}${path}`, found: shown(pointed(value, path)), expected })
    }
  }
  return [...flaws.values()].slice(0, 20)
}

function wanted(failure: Failure, schema: TSchema): string {
  if (failure.keyword === 'anyOf' || failure.keyword === 'const' || failure.keyword === 'type') return wantedAt(schema, failure.instancePath)
  return failure.message.replace(/^must /, '')
}

/** What the schema takes at a path, in a few words: `"car" | "foot"`, `integer 1…4`, `string`. */
function wantedAt(schema: TSchema, path: string): string {
  let at = schema as Node | undefined
  for (const step of path.split('/').slice(1)) at = at?.properties?.[step] ?? at?.items ?? at?.additionalProperties
  return words(at)
}

type Node = {
  type?: string
  const?: unknown
  anyOf?: Node[]
  minimum?: number
  maximum?: number
  properties?: Record<string, Node>
  items?: Node
  additionalProperties?: Node
}

function words(node: Node | undefined): string {
  if (!node) return 'something else'
  if ('const' in node) return JSON.stringify(node.const)
  if (node.anyOf) return node.anyOf.map(words).join(' | ')
  if (node.minimum !== undefined || node.maximum !== undefined) return `${node.type} ${node.minimum ?? ''}…${node.maximum ?? ''}`
  return node.type ?? 'something else'
}

function pointed(value: unknown, path: string): unknown {
  for (const step of path.split('/').slice(1)) {
    if (value === null || typeof value !== 'object') return undefined
    value = (value as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return value
}

/** Enough to recognise, never enough to repeat a secret or fill a log. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? typeof value
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
