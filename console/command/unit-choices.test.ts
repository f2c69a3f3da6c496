import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AgencyView } from '#modules/organisation/contract.ts'
import type { UnitView } from '#modules/units/contract.ts'
import { agencyWholes, choicesFor, picked, restOf, type Choice } from './unit-choices.ts'

// only what is read here
const unit = (id: string, callSign: string, agency: string) => ({ id, callSign, agency, state: 'free' }) as UnitView
const agency = (path: string, name: string, nameEn: string | null) => ({ id: path, path, name, nameEn }) as AgencyView

const units = [unit('u1', '巡1', 'gx.xs'), unit('u2', '巡2', 'gx.xs'), unit('u3', '特3', 'gx.hy'), unit('u4', 'Car 4', 'gx'), unit('u5', '巡5', 'gx.hy.east')]
const agencies = [agency('gx', '贵溪市公安局', null), agency('gx.xs', '雄石派出所', 'Xiongshi Station'), agency('gx.hy', '花园派出所', null), agency('gx.none', '空屋', null)]
const wholes = agencyWholes(units, agencies, ({ name }) => name)
const said = (choices: readonly Choice[]) => choices.map((choice) => (choice.kind === 'unit' ? choice.unit.callSign : `${choice.whole.label} ${choice.whole.units.length}`))

test('an agency is all units of it and below; one without units is not offered, one that is not known is no agency', () =>
  assert.deepEqual(wholes.map(({ label, units: own }) => [label, own.map(({ id }) => id)]), [
    ['贵溪市公安局', ['u1', 'u2', 'u3', 'u4', 'u5']],
    ['雄石派出所', ['u1', 'u2']],
    ['花园派出所', ['u3', 'u5']],
  ]))

const typed: [text: string, offered: string[]][] = [
  ['', ['贵溪市公安局 5', '雄石派出所 2', '花园派出所 2', '巡1', '巡2', '特3', 'Car 4', '巡5']],
  ['x2', ['巡2']],
  ['巡', ['巡1', '巡2', '巡5']],
  ['car4', ['Car 4']],
  ['xs', ['雄石派出所 2', '巡1', '巡2']],
  ['Xiong', ['雄石派出所 2', '巡1', '巡2']],
  ['花园', ['花园派出所 2', '特3', '巡5']],
  ['nobody', []],
]
for (const [text, offered] of typed) test(`“${text}” offers ${offered.join(', ') || 'nothing'}`, () => assert.deepEqual(said(choicesFor(text, wholes, units)), offered))

test('a unit that is found by its call sign and by its agency is offered once', () => {
  const xs = unit('u9', 'xs9', 'gx.xs')
  const all = [...units, xs]
  assert.deepEqual(said(choicesFor('xs', agencyWholes(all, agencies, ({ name }) => name), all)), ['雄石派出所 3', 'xs9', '巡1', '巡2'])
})

test('a pick puts in, the same pick again takes out', () => {
  const [all, station] = wholes.map((whole): Choice => ({ kind: 'whole', whole }))
  const one: Choice = { kind: 'unit', unit: units[0]! }
  const first = picked(one, new Set(), 200)!
  assert.deepEqual([...first], ['u1'])
  const second = picked(station!, first, 200)!
  assert.deepEqual([...second], ['u1', 'u2'])
  assert.deepEqual([restOf(all!, second), restOf(station!, second)], [3, 0])
  assert.deepEqual([...picked(station!, second, 200)!], [])
  assert.deepEqual([...picked(one, second, 200)!], ['u2'])
  assert.equal(picked(all!, second, 4), undefined, 'more than may be')
  assert.equal(picked(all!, second, 5)!.size, 5)
})
