import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CategoryView } from '#modules/dispatch/contract.ts'
import { categoryMark } from './words.ts'

const kind = (name: string, nameEn: string) => ({ glyph: name[0]!, name, nameEn }) as CategoryView // the only parts that are read

for (const [name, nameEn, mark] of [
  ['刑事', 'Criminal', 'C'],
  ['治安', 'Public order', 'PO'],
  ['火灾/灾害事故', 'Fire or disaster', 'FD'],
  ['投诉举报', 'Complaint or report', 'CR'],
  ['其他', '', '其'],
] as const) {
  test(`${nameEn || name} is ${mark} in English and ${name[0]} in Chinese`, () => {
    assert.equal(categoryMark(kind(name, nameEn), 'en'), mark)
    assert.equal(categoryMark(kind(name, nameEn), 'zh-CN'), name[0])
  })
}

test('a kind that is not known yet is a dot', () => assert.equal(categoryMark(undefined, 'en'), '·'))
