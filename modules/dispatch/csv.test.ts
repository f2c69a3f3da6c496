import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IncidentView } from './contract.ts'
import { csvHead, csvLines } from './csv.ts'

const T = Date.UTC(2026, 0, 1, 16, 5, 0)
const view: IncidentView = {
  id: 'i1', number: 7, day: '2026-01-02', category: 'dispute', priority: 3, status: 'closed', agency: 'guixi', lon: 117.2, lat: 28.3, place: '雄石路',
  placeEn: 'Xiongshi Road', summary: '', reporter: '报警人甲', phone: '555-0142', answers: {}, openedAt: T, openedBy: 'night', closedAt: T + 60_000,
  outcome: 'settled', mergedInto: null, handedTo: null, assignments: [], timers: [], notes: 0, changedAt: T,
}
const cells = (summary: string) => csvLines([{ ...view, summary }], [], 'en', 'Asia/Shanghai').split('\r\n')[0]!

test('a table begins with the mark that Excel needs, and its times are the town’s', () => {
  const csv = csvHead('zh') + csvLines([view], [], 'zh', 'Asia/Shanghai')
  assert.ok(csv.startsWith('\ufeff日期,编号,'))
  assert.match(csv, /\r\n2026-01-02,7,dispute,3,closed,guixi,雄石路,117.2,28.3,2026-01-02 00:05:00,,,,2026-01-02 00:06:00,settled,,\r\n$/)
})

test('nobody’s name or number is in it', () => assert.doesNotMatch(csvLines([view], [], 'zh', 'Asia/Shanghai'), /555|报警人/))

for (const [summary, written] of [
  ['a,b', '"a,b"'],
  ['say "no"', '"say ""no"""'],
  ['two\nlines', '"two\nlines"'],
  ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
] as const) {
  test(`a cell of ${JSON.stringify(summary)} is ${written}`, () => assert.ok(cells(summary).endsWith(`,${written}`), cells(summary)))
}
