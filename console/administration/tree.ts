/** The organisation as a tree for pickers and tables, and its names. Pure. */
import type { AgencyView } from '#modules/organisation/contract.ts'

export type AgencyNode = AgencyView & { readonly children?: readonly AgencyNode[] }

/**
 * Agencies under their parents, each level by name. One whose parent is not in the list (above the reader's own part
 * of the tree) stands at the top.
 */
export function treeOf(agencies: readonly AgencyView[]): readonly AgencyNode[] {
  const known = new Set(agencies.map((agency) => agency.path))
  const below = new Map<string, AgencyView[]>()
  for (const agency of agencies) {
    let parent = parentOf(agency.path)
    while (parent && !known.has(parent)) parent = parentOf(parent)
    below.set(parent, [...(below.get(parent) ?? []), agency])
  }
  const build = (path: string): readonly AgencyNode[] =>
    (below.get(path) ?? [])
      .sort((a, b) => a.name.localeCompare(b.name, 'zh-CN', { numeric: true }))
      .map((agency) => {
        const children = build(agency.path)
        return children.length > 0 ? { ...agency, children } : agency
      })
  return build('')
}

/** The path above; empty at the top. */
export const parentOf = (path: string): string => (path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '')

/** The name of an agency in a language; its path where it is not known. */
export function agencyName(agencies: readonly AgencyView[], path: string, inEnglish: boolean): string {
  const agency = agencies.find((each) => each.path === path)
  return (inEnglish && agency?.nameEn) || agency?.name || path
}

/** A code for a new agency made from its English name: `Xiongshi Road Station` → `xiongshi_road_station`; empty when nothing is left. */
export const codeFrom = (nameEn: string): string =>
  nameEn
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 32)
