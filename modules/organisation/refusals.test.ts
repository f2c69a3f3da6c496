import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { httpSentences } from '#platform/http/refusals.ts'
import { refusals } from './refusals.ts'

test('every refusal that is written anywhere in this room has a sentence in both languages, with the same blanks', () => {
  const folder = new URL('.', import.meta.url).pathname
  const codes = new Set<string>()
  for (const file of globSync('*.ts', { cwd: folder, exclude: ['*.test.ts', 'contract.ts'] })) {
    for (const [, code] of readFileSync(`${folder}/${file}`, 'utf8').matchAll(/refuse\(\s*'([a-z-]+)'/g)) codes.add(code!)
  }
  for (const code of ['password-too-short', 'password-too-plain', 'password-has-name', 'account-outranks']) codes.add(code) // said through a variable
  assert.ok(codes.size > 15)
  for (const code of codes) assert.ok(refusals[code] ?? httpSentences[code], `${code} has no sentence`)
  for (const [code, { zh, en }] of Object.entries({ ...httpSentences, ...refusals })) {
    const blanks = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()
    assert.match(zh, /[\u4e00-\u9fff].*。$/, code)
    assert.match(en, /\w.*[.}]$/, code)
    assert.deepEqual(blanks(zh), blanks(en), code)
  }
})
