import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outlineOf as flatOutlineOf } from '#core/geo/fence-shape.ts'
import { seeded } from '#core/random.ts'
import type { FenceOutline, FenceView } from '#modules/patrol/contract.ts'
import { lengthMeters } from '#ui/map/things.ts'
import { closedOutline, draftOf, emptyFence, fenceBodyOf, fenceChangesOf, missingOf, outlineOf, placeTyped, ringsOf, withFenceClick, withoutCorner, type FenceDraft } from './fence-draft.ts'

const corners = [[117.2, 28.3], [117.21, 28.3], [117.21, 28.31]] as const
const clicked = (...places: (readonly [number, number])[]) => places.reduce((draft, at) => withFenceClick(draft, at, 5), emptyFence)
const square = [[[117.2, 28.3], [117.21, 28.3], [117.21, 28.31], [117.2, 28.3]]]

test('clicks add corners; a double click, or a click on the first corner, closes the outline, and then no click adds one', () => {
  assert.equal(clicked(...corners).points.length, 3)
  assert.equal(clicked(...corners).closed, false)
  for (const last of [corners[2], corners[0]]) {
    const closed = clicked(...corners, [last[0] + 0.0001, last[1]])
    assert.deepEqual([closed.points.length, closed.closed], [3, true])
    assert.equal(withFenceClick(closed, [117.3, 28.4], 5), closed)
  }
  const twice = clicked(corners[0], corners[0])
  assert.deepEqual([twice.points.length, twice.closed], [1, false], 'two corners are no outline')
})

test('Enter closes what can be closed, Backspace opens it and takes corners back', () => {
  assert.equal(closedOutline(clicked(corners[0], corners[1])).closed, false)
  const closed = closedOutline(clicked(...corners))
  assert.equal(closed.closed, true)
  assert.deepEqual([withoutCorner(closed).points.length, withoutCorner(withoutCorner(closed)).points.length], [3, 2])
})

const pasted: [text: string, type: string | undefined][] = [
  [JSON.stringify({ type: 'Polygon', coordinates: square }), 'Polygon'],
  [JSON.stringify({ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: square } }), 'Polygon'],
  [JSON.stringify({ type: 'FeatureCollection', features: [{ type: 'Feature', properties: { radiusMeters: 90 }, geometry: { type: 'Point', coordinates: [117.2, 28.3, 5] } }] }), 'Point'],
  [JSON.stringify({ type: 'FeatureCollection', features: [] }), undefined],
  [JSON.stringify({ type: 'Point', coordinates: [117.2, 28.3] }), undefined],
  [JSON.stringify({ type: 'Polygon', coordinates: [[]] }), undefined],
  [JSON.stringify({ type: 'Polygon', coordinates: [[['a', 1]]] }), undefined],
  ['{', undefined],
  ['null', undefined],
]
test('pasted GeoJSON is read as a geometry, a feature, or a collection of one', () => {
  for (const [text, type] of pasted) assert.equal(outlineOf({ ...emptyFence, way: 'paste', pasted: text })?.type, type, text)
})

test('a place is typed as two numbers; a name is none', () => {
  assert.deepEqual(placeTyped('117.21, 28.29'), [117.21, 28.29])
  assert.deepEqual(placeTyped('117.21，28.29'), [117.21, 28.29])
  for (const text of ['冶金大道', '117.21', '28.29, 117.21', '', '1,2,3']) assert.equal(placeTyped(text), undefined, text)
})

test('what is missing is said one thing at a time', () => {
  const drawn: FenceDraft = { ...closedOutline(clicked(...corners)), name: '学校' }
  const cases: [changes: Partial<FenceDraft>, missing: string | null][] = [
    [{}, null], [{ points: [] }, 'need.polygon'], [{ way: 'circle' }, 'need.circle'], [{ way: 'circle', centre: corners[0], radius: 'far' }, 'need.circle'], [{ way: 'paste' }, 'need.paste'],
    [{ name: ' ' }, 'need.name'], [{ to: 'kinds', kinds: [] }, 'need.kinds'], [{ to: 'units' }, 'need.units'], [{ stay: '0' }, 'need.stay'], [{ stay: 'x' }, 'need.stay'], [{ limit: '3' }, 'need.limit'],
    [{ enter: false, leave: false }, 'need.tells'], [{ enter: false, leave: false, visited: true }, null], [{ visited: true, visitMinutes: '0' }, 'need.visit'], [{ visited: true, visitMinutes: '' }, 'need.visit'], [{ enter: false, leave: false, stay: '10' }, null], [{ allDay: false, days: [] }, 'need.days'],
  ]
  for (const [changes, missing] of cases) assert.equal(missingOf({ ...drawn, ...changes }), missing, JSON.stringify(changes))
})

test('a fence opened to be changed and saved as it is, is the same fence', () => {
  const view: FenceView = {
    id: 'f', agency: 'jx', name: '学校', geometry: { type: 'Polygon', coordinates: square }, appliesTo: { to: 'kinds', kinds: ['foot'] },
    tells: { enter: true, leave: false, staySeconds: 600, speedLimitKmh: 30, overSeconds: 10 }, hours: { days: [1, 5], from: '22:00', until: '06:00' }, severity: 'alarm', visitSeconds: 90, drawnAt: 0, drawnBy: 'x', changedAt: 0, retiredAt: null, alarms: [],
  }
  const hole = [...square, [[117.203, 28.301], [117.204, 28.301], [117.204, 28.302], [117.203, 28.301]]]
  for (const geometry of [view.geometry, { type: 'Point' as const, coordinates: [117.2, 28.3], radiusMeters: 150 }, { type: 'Polygon' as const, coordinates: hole }, { type: 'LineString' as const, coordinates: [[117.2, 28.3], [117.21, 28.3]], widthMeters: 60 }]) {
    const { name, appliesTo, tells, hours, severity, visitSeconds } = view
    assert.deepEqual(fenceBodyOf(draftOf({ ...view, geometry })), { name, geometry, appliesTo, tells, hours, severity, visitSeconds })
  }
})

test('of a change only what is other than when the form was opened is sent', () => {
  const view: FenceView = {
    id: 'f', agency: 'jx', name: '学校', geometry: { type: 'Point', coordinates: [117.2, 28.3], radiusMeters: 150 }, appliesTo: { to: 'units', units: ['u1'] },
    tells: { enter: true, leave: false, staySeconds: 600, speedLimitKmh: 30, overSeconds: 25 }, hours: null, severity: 'alarm', visitSeconds: null, drawnAt: 0, drawnBy: 'x', changedAt: 0, retiredAt: null, alarms: [],
  }
  const cases: [changes: Partial<FenceDraft>, sent: object][] = [
    [{}, {}],
    [{ name: ' 学校 ' }, {}],
    [{ name: '学校门口' }, { name: '学校门口' }],
    [{ radius: '200' }, { geometry: { type: 'Point', coordinates: [117.2, 28.3], radiusMeters: 200 } }],
    [{ limit: '40' }, { tells: { speedLimitKmh: 40 } }],
    [{ stay: '', leave: true }, { tells: { leave: true, staySeconds: null } }],
    [{ allDay: false }, { hours: { days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', until: '06:00' } }],
    [{ units: ['u1', 'u2'], severity: 'quiet' }, { appliesTo: { to: 'units', units: ['u1', 'u2'] }, severity: 'quiet' }],
    [{ visited: true }, { visitSeconds: 60 }],
  ]
  for (const [changes, sent] of cases) assert.deepEqual(fenceChangesOf({ ...draftOf(view), ...changes }), sent, JSON.stringify(changes))
})

test('a route is clicked place by place and ended at its last; two places and a width make one', () => {
  let draft: FenceDraft = { ...emptyFence, name: '巡线', way: 'route' }
  const places = [[117.2, 28.3], [117.21, 28.3], [117.21, 28.31]] as const
  draft = withFenceClick(draft, places[0], 1)
  assert.equal(missingOf(draft), 'need.route')
  for (const place of places.slice(1)) draft = withFenceClick(draft, place, 1)
  draft = withFenceClick(draft, places[0], 1)
  assert.equal(draft.closed, false, 'back at its beginning it may go on')
  draft = withFenceClick(draft, places[0], 1)
  assert.equal(draft.closed, true)
  assert.deepEqual(outlineOf(draft), { type: 'LineString', coordinates: [...places, places[0]].map((place) => [...place]), widthMeters: 60 })
  assert.equal(missingOf({ ...draft, width: '' }), 'need.route')
})

test('what is drawn of a route lies half its width from its line, whichever way it turns', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seeded(seed)
    const line = [[117.2, 28.3]]
    let course = 0
    for (let k = 0; k < 6; k++) {
      course += (random() - 0.5) * 4
      line.push([line.at(-1)![0]! + 0.004 * Math.cos(course), line.at(-1)![1]! + 0.004 * Math.sin(course)])
    }
    const outline: FenceOutline = { type: 'LineString', coordinates: line, widthMeters: 40 }
    const { insideMeters } = flatOutlineOf({ line: line.map(([lon, lat]) => [lon!, lat!] as const), widthMeters: 40 })
    for (const [lon, lat] of ringsOf(outline)[0]!) assert.ok(insideMeters(lon!, lat!) > -0.5, `seed ${seed}: ${insideMeters(lon!, lat!)} m`)
  }
})

test('a circle is drawn with corners that all lie on it', () => {
  const [ring] = ringsOf({ type: 'Point', coordinates: [117.2, 28.3], radiusMeters: 250 })
  for (const [lon, lat] of ring!) assert.ok(Math.abs(lengthMeters([[117.2, 28.3], [lon!, lat!]]) - 250) < 1)
  assert.deepEqual(ring![0], ring!.at(-1))
})
