import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvLine } from './csv.ts'

const lines: [what: string, row: (string | number)[], line: string][] = [
  ['plain cells', ['巡1', 3, -0.5], '巡1,3,-0.5\r\n'],
  ['a comma, a quote and a new line', ['a,b', 'say "no"', 'x\ny'], '"a,b","say ""no""","x\ny"\r\n'],
  ['what a spreadsheet would run', ['=1+1', '+1', '-1', '@x', '\tx'], "'=1+1,'+1,'-1,'@x,'\tx\r\n"],
  ['nothing', ['', ''], ',\r\n'],
]
for (const [what, row, line] of lines) test(`a line of a table: ${what}`, () => assert.equal(csvLine(row), line))
