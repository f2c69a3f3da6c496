import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { PlaybackTrack } from '#modules/oversight/contract.ts'
import { loadPast, positionsMax, TooManyPositions } from './load-past.ts'

const T0 = Date.UTC(2026, 10, 22, 8)
const usual = globalThis.fetch
afterEach(() => void (globalThis.fetch = usual))

/** A server of one look, whose doors answer as they are told; a page of positions is asked for by its number. */
function serve(positions: number, pages: readonly (readonly PlaybackTrack[])[], onAsk: (path: string) => void = () => {}): string[] {
  const asked: string[] = []
  const unit = (handle: number) => ({ id: `u${handle}`, handle, callSign: `巡${handle}`, kind: 'car', agency: 'jx', shifts: [[T0, null]] })
  globalThis.fetch = async (input, init) => {
    const path = String(input).replace(/^.*\/playbacks\//, '')
    asked.push(path)
    onAsk(path)
    init?.signal?.throwIfAborted()
    const [door, query = ''] = path.split('?')
    const page = Number(query.split('=')[1] ?? 0)
    const body =
      door === 'p/incidents' ? { items: [], next: null }
      : door === 'p/events' ? { items: [], next: null }
      : door === 'p/positions' ? { tracks: pages[page], done: page + 1, of: pages.length, next: page + 1 < pages.length ? String(page + 1) : null }
      : { id: 'p', from: T0, to: T0 + 1000, fixes: positions, units: [unit(1), unit(2), unit(3)] }
    return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } })
  }
  return asked
}
const piece = (handle: number, t: number[], flagged: number[] = []): PlaybackTrack => ({ handle, t, lon: t.map(() => 1), lat: t.map(() => 2), speed: t.map(() => 300), course: t.map(() => -1), flagged })

test('tracks are put together from pages, a unit over several of them, and one with nothing has none', async () => {
  serve(7, [[piece(1, [5, 1])], [piece(1, [9, 1, 1], [1]), piece(2, [3])], [piece(2, [4, 4])]])
  const { units } = await loadPast('p', () => {}, new AbortController().signal)
  assert.deepEqual(units.map(({ track }) => [...track.at].map((at) => at - T0)), [[5, 6, 9, 11], [3, 4, 8], []])
  assert.ok(units.every(({ track }) => track.at instanceof Float64Array && track.lon instanceof Int32Array && track.speed instanceof Int16Array))
})

test('what a page cannot hold is refused before any of it is fetched', async () => {
  const asked = serve(positionsMax + 1, [])
  await assert.rejects(loadPast('p', () => {}, new AbortController().signal), (thrown) => thrown instanceof TooManyPositions && thrown.positions === positionsMax + 1)
  assert.deepEqual(asked, ['p'])
})

test('given up between two pages, no other is fetched', async () => {
  const gone = new AbortController()
  const asked = serve(3, [[piece(1, [1])], [piece(1, [2])], [piece(1, [3])]], (path) => path === 'p/positions?after=1' && gone.abort())
  await assert.rejects(loadPast('p', () => {}, gone.signal), { name: 'AbortError' })
  assert.equal(asked.at(-1), 'p/positions?after=1')
})
