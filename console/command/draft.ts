/** A report being written: what is known so far, and what it still wants. Pure. */
import { toWgs84 } from '#core/geo/shifted.ts'
import type { CategoryView } from '#modules/dispatch/contract.ts'
import type { NewIncidentBody } from './acts.ts'
import { likeness } from './initials.ts'

export type DraftPlace = {
  readonly lon: number
  readonly lat: number
  /** Shown. */
  readonly text: string
  /** The name that was meant, kept with the incident; null where the server shall say in words where it is. */
  readonly name: string | null
}

export type Draft = {
  /** The same for every try of this report: sent twice, it is one incident. */
  readonly commandId: string
  readonly kindTyped: string
  readonly category: string | null
  readonly placeTyped: string
  readonly place: DraftPlace | null
  readonly summary: string
  readonly reporter: string
  readonly phone: string
  readonly priority: number | null
  readonly answers: Readonly<Record<string, string>>
  /** Units to send at once; null while nobody chose: then the first recommended one is meant. */
  readonly units: readonly string[] | null
}

export const emptyDraft = (commandId: string): Draft => ({
  commandId, kindTyped: '', category: null, placeTyped: '', place: null, summary: '', reporter: '', phone: '', priority: null, answers: {}, units: null,
})

/** Categories that what was typed could mean, the likeliest first; all of them while nothing was typed. */
export function matchCategories(typed: string, categories: readonly CategoryView[]): readonly CategoryView[] {
  const offered = categories.filter(({ active }) => active)
  if (typed.trim() === '') return offered
  return offered
    .map((category) => ({ category, score: Math.min(...[category.name, category.nameEn, category.pinyin, category.glyph].map((name) => likeness(typed.trim(), name) ?? Infinity)) }))
    .filter(({ score }) => score < Infinity)
    .sort((a, b) => a.score - b.score)
    .map(({ category }) => category)
}

export type DraftGap = 'category' | 'place'

/** What is still missing; empty when it can be sent. */
export const gapsOf = (draft: Draft): DraftGap[] => [...(draft.category ? [] : ['category' as const]), ...(draft.place ? [] : ['place' as const])]

/** @returns the body to post, or null while something is missing */
export function bodyOf(draft: Draft): NewIncidentBody | null {
  if (!draft.category || !draft.place) return null
  const answers = Object.fromEntries(Object.entries(draft.answers).filter(([, answer]) => answer.trim() !== ''))
  return {
    category: draft.category,
    lon: draft.place.lon,
    lat: draft.place.lat,
    ...(draft.place.name ? { place: draft.place.name } : {}),
    ...(draft.priority ? { priority: draft.priority } : {}),
    ...(draft.summary.trim() ? { summary: draft.summary.trim() } : {}),
    ...(draft.reporter.trim() ? { reporter: draft.reporter.trim() } : {}),
    ...(draft.phone.trim() ? { phone: draft.phone.trim() } : {}),
    ...(Object.keys(answers).length > 0 ? { answers } : {}),
  }
}

/**
 * A coordinate as people paste it: `117.2095, 28.2932`; with `gcj` or `bd` before it when it comes from a Chinese map
 * service. Longitude first, unless only the other order is possible on Earth.
 *
 * @returns WGS-84 degrees, or null when it is no coordinate
 */
export function readCoordinates(text: string): { readonly lon: number; readonly lat: number } | null {
  const match = /^\s*(?:(wgs|gcj|bd)[\w-]*\s*[:：]?\s*)?(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/i.exec(text)
  if (!match) return null
  let lon = Number(match[2])
  let lat = Number(match[3])
  if (Math.abs(lat) > 90 && Math.abs(lon) <= 90) [lon, lat] = [lat, lon]
  if (Math.abs(lon) > 180 || Math.abs(lat) > 90) return null
  const crs = { gcj: 'gcj02', bd: 'bd09' }[match[1]?.toLowerCase() ?? ''] as 'gcj02' | 'bd09' | undefined
  if (!crs) return { lon, lat }
  const [wgsLon, wgsLat] = toWgs84(crs, lon, lat)
  return { lon: wgsLon, lat: wgsLat }
}
