import { mayBeUnrepeatable, rooms, unrepeatable } from './rooms.ts'

/** Complaints about one source file: walls walked through, and unrepeatable words. */
export function tidy(path: string, source: string): string[] {
  if (/\.test\.tsx?$/.test(path)) return [] // a test may open any door
  const from = roomOf(path)
  if (!from) return [`${path}: belongs to no room`]

  const complaints: string[] = []
  for (const specifier of importsOf(source)) {
    const target = pathOf(specifier, path)
    if (target === undefined) {
      if (!allows(from.packages, specifier)) complaints.push(`${from.name} may not use ${specifier}`)
      continue
    }
    const to = roomOf(target)?.name ?? 'nowhere'
    if (to !== from.name && !allows(from.doors, to)) complaints.push(`no door from ${from.name} to ${to} (${specifier})`)
  }
  if (!mayBeUnrepeatable.test(path)) {
    const code = withoutComments(source)
    for (const word of unrepeatable) {
      if (word.test(code)) complaints.push(`${word.source} belongs in server/compose.ts`)
    }
  }
  return complaints.map((complaint) => `${path}: ${complaint}`)
}

/** SQL that names a schema which is not the module's own; `store.ts` files only. */
export function foreignSchemas(path: string, source: string): string[] {
  const module = /^modules\/([^/]+)\//.exec(path)?.[1]
  if (!module || /\.test\.ts$/.test(path)) return []
  const named = [...withoutComments(source).matchAll(/\b(?:from|into|update|join|table|only)\s+(journal|organisation|units|dispatch|roads|messages|patrol|oversight)\.\w+/gi)]
  return named
    .filter(([, schema]) => schema !== module)
    .map(([text]) => `${path}: "${text}" is another room's table`)
}

export function roomOf(path: string) {
  for (const room of rooms) {
    const match = room.files.exec(path)
    if (!match) continue
    const named = (text: string) => text.replace('$1', match[1] ?? '')
    return { name: named(room.name), doors: room.doors.map(named), packages: room.packages }
  }
  return undefined
}

/** The repository path a specifier names, or undefined for an npm or node: package. */
export function pathOf(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1)
  if (specifier.startsWith('.')) return new URL(specifier, `file:///${from}`).pathname.slice(1)
  return undefined
}

const IMPORTS =
  /^\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm

export const importsOf = (source: string): string[] =>
  [...source.matchAll(IMPORTS)].map(([, from, bare, dynamic]) => (from ?? bare ?? dynamic)!)

const withoutComments = (source: string) => source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')

/** `node:` allows every built-in module; `*` allows anything; a name allows its sub-paths. */
const allows = (list: readonly string[], name: string) =>
  list.some((item) => item === '*' || name === item || name.startsWith(`${item}/`) || (item.endsWith(':') && name.startsWith(item)))
