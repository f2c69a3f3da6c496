import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isComposing } from './composing.ts'

const keys: [what: string, key: { isComposing: boolean; keyCode: number }, itsOwn: boolean][] = [
  ['an Enter', { isComposing: false, keyCode: 13 }, false],
  ['an Enter while something is composed', { isComposing: true, keyCode: 229 }, true],
  ['the same where the code is told as it is', { isComposing: true, keyCode: 13 }, true],
  ['the Enter that ends it, as Safari tells it', { isComposing: false, keyCode: 229 }, true],
]
for (const [what, nativeEvent, itsOwn] of keys) test(`whose key it is: ${what}`, () => assert.equal(isComposing({ nativeEvent }), itsOwn))
