import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowsSeen } from './rows-seen.ts'

const box = { count: 20_000, itemWidth: 100, rowHeight: 28, width: 450, height: 90 }

test('whatever is scrolled to is made, little else is, and the whole keeps its height', () => {
  const rows = Math.ceil(box.count / 4)
  for (let top = 0; top <= rows * 28 - box.height; top += 977) {
    const { columns, first, end, above, below } = rowsSeen({ ...box, top })
    assert.equal(columns, 4)
    assert.ok(above <= top && first === (above / 28) * 4, `${top}: begins at ${first}`)
    assert.ok(rows * 28 - below >= top + box.height, `${top}: ends at ${end}`)
    assert.ok(end - first <= 48, `${top}: makes ${end - first}`)
    assert.equal(above + Math.ceil((end - first) / 4) * 28 + below, rows * 28)
  }
})

test('a narrow box has one column; a list shorter than its box is made whole; one scrolled beyond its end shows its end', () => {
  assert.equal(rowsSeen({ ...box, width: 20, top: 0 }).columns, 1)
  assert.deepEqual(rowsSeen({ ...box, count: 5, top: 0 }), { columns: 4, first: 0, end: 5, above: 0, below: 0 })
  const { first, end } = rowsSeen({ ...box, count: 300, top: 1e6 })
  assert.ok(end === 300 && first < 290)
})
