import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noticeTexts, readNotice } from './notice-words.ts'

const words = { order: '新指令', call: '一呼百应', number: '{number} 号警情', open: '点按查看' }
const cases: [text: string | undefined, title: string][] = [
  ['{"what":"order","number":17,"link":"/officer/"}', '新指令 · 17 号警情'],
  ['{"what":"call","number":0,"link":"/officer/"}', '一呼百应'],
  ['{"what":"call","number":"<b>"}', '一呼百应'],
  ['{"what":"advert","number":3}', '新指令 · 3 号警情'],
  ['not ours', '新指令'],
  [undefined, '新指令'],
]
for (const [text, title] of cases) test(`a notice of ${text} says ${title}`, () => assert.deepEqual(noticeTexts(readNotice(text), words), { title, body: '点按查看' }))

test('without the page’s words it is said in both languages', () => assert.match(noticeTexts({ what: 'order', number: 2 }).title, /新指令 New order · No. 2/))
