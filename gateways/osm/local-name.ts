import type { Tags } from './pbf.ts'

/** The local name. Where several stand in one field ("A;B") it is the first. */
export function localNameOf(tags: Tags): string | undefined {
  const { name } = tags
  if (name === undefined) return undefined
  const end = name.indexOf(';')
  return (end < 0 ? name : name.slice(0, end)).trim() || undefined
}
