import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { parseCsv, replay, spoken } from './replay.ts'
import { readTownFile } from './town-file.ts'

const folder = new URL('../demo/portland/', import.meta.url)
const portland = readTownFile(new URL('town.json', folder).pathname)
const csv = gunzipSync(readFileSync(new URL('calls.csv.gz', folder))).toString('utf8')

test('every one of the 37,819 rows is told or counted, and 12,737 lie where the map has streets', () => {
  const { count } = replay(portland, csv, 7, '2016-08-01T00:00')
  assert.deepEqual(count, { rows: 37_819, told: 12_737, unusable: 1, offMap: 37_819 - 1 - 12_737, before: 0 })
})

test('calls come in the order of their time, on their own date, at hours that only the seed decides', () => {
  const first = replay(portland, csv, 7, '2016-08-01T00:00')
  const again = replay(portland, csv, 7, '2016-08-01T00:00')
  const other = replay(portland, csv, 8, '2016-08-01T00:00')
  let last = ''
  let seconds = 0
  let told = 0
  let sameAsOther = 0
  for (let call = first.next(); call; call = first.next()) {
    assert.deepEqual(again.next(), call)
    if (other.next()!.key === call.key) sameAsOther++
    assert.ok(call.townTime! >= last, `${call.key} ${call.townTime} after ${last}`)
    assert.ok(call.afterSeconds >= 0)
    assert.ok(call.summary.includes(call.townTime!.slice(0, 10)), call.summary)
    last = call.townTime!
    seconds += call.afterSeconds
    told++
  }
  assert.equal(told, 12_737)
  assert.ok(last.startsWith('2016-09-30'), last)
  assert.ok(Math.abs(seconds - (Date.parse(`${last}Z`) - Date.parse('2016-08-01T00:00Z')) / 1000) < 60)
  assert.ok(sameAsOther < 100, `${sameAsOther} calls in the same place of another seed's order`)
})

test('drawn hours follow the profile of the town file', () => {
  assert.ok(portland.calls.source === 'replay')
  const counts = new Array<number>(24).fill(0)
  const stream = replay(portland, csv, 7, '2016-08-01T00:00')
  for (let call = stream.next(); call; call = stream.next()) counts[Number(call.townTime!.slice(11, 13))]++
  const total = portland.calls.hours.reduce((sum, weight) => sum + weight)
  for (const [hour, weight] of portland.calls.hours.entries()) {
    const expected = (12_737 * weight) / total
    assert.ok(Math.abs(counts[hour] - expected) < 5 * Math.sqrt(expected), `hour ${hour}: ${counts[hour]}, expected about ${expected}`)
  }
})

test('starts where it is asked to, counting what it leaves out', () => {
  const stream = replay(portland, csv, 7, '2016-09-01T00:00')
  assert.ok(stream.next()!.townTime!.startsWith('2016-09-01T0'))
  const { rows, told, unusable, offMap, before } = stream.count
  assert.equal(told + unusable + offMap + before, rows)
  assert.ok(before > 6000)
  assert.throws(() => replay(portland, csv, 7, 'noon'), /expected the town's time/)
})

test('says what the file says, in sentence case', () => {
  const cases = [
    ['DISTURBANCE - WITH WEAPON *H', 'Disturbance – with weapon'],
    ['WELFARE CHECK - COLD', 'Welfare check – cold'],
    ['SUSPICIOUS SUBJ, VEH, OR CIRCUMSTANCE', 'Suspicious subj, veh, or circumstance'],
    ['', 'Call'],
  ]
  for (const [description, text] of cases) assert.equal(spoken(description), text)
})

test('reads quotes, doubled quotes, commas and line ends within quotes', () => {
  assert.deepEqual(parseCsv('a,b\r\n"x, y","say ""hi"""\n\n1,"two\nlines"'), [
    ['a', 'b'],
    ['x, y', 'say "hi"'],
    ['1', 'two\nlines'],
  ])
})
