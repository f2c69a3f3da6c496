import assert from 'node:assert/strict'
import { test } from 'node:test'
import { initials, likeness } from './initials.ts'

const cases: [text: string, letters: string][] = [
  ['巡3', 'x3'],
  ['治安', 'za'],
  ['贵溪大道', 'gxdd'],
  ['雄石路/沿河路', 'xslyhl'],
  ['Car 12', 'car12'],
  ['特警１号', 'tj1h'],
  ['', ''],
]
for (const [text, letters] of cases) test(`initials of “${text}” are “${letters}”`, () => assert.equal(initials(text), letters))

test('an exact name beats initials, initials beat the middle of a name', () => {
  const rank = (name: string) => likeness('x3', name) ?? 99
  assert.ok(rank('x3') < rank('巡3'))
  assert.ok(rank('巡3') < rank('巡31'))
  assert.ok(rank('巡31') < rank('ax3'))
  assert.equal(likeness('x3', '巡4'), undefined)
})

test('nothing typed is like nothing', () => assert.equal(likeness('', '巡3'), undefined))
