import assert from 'node:assert/strict'
import { test } from 'node:test'
import { usualRules, weakness } from '#platform/auth/password.ts'
import { seeded } from '#core/random.ts'
import { passwordChecks } from './password-checks.ts'

const unmet = (password: string, name = 'anna') => passwordChecks(password, name).filter((check) => !check.met).map((check) => check.rule)

test('an empty password lacks everything', () => assert.deepEqual(unmet(''), ['length', 'classes', 'variety', 'name']))
test('twelve characters of three kinds are enough', () => assert.deepEqual(unmet('Correct-horse'), []))
test('twenty characters need no kinds', () => assert.deepEqual(unmet('correct horse battery'), []))
test('one’s own name may not be in it', () => assert.deepEqual(unmet('Anna-walks-7'), ['name']))
test('Chinese characters count as the fourth kind', () => assert.deepEqual(unmet('更夫敲更天干物燥Ab小心火'), []))

test('agrees with the server on 5,000 random passwords', () => {
  const random = seeded(7)
  const letters = 'aaabcdeZZYX0123-_更夫 '
  for (let round = 0; round < 5000; round++) {
    const password = Array.from({ length: Math.floor(random() * 26) }, () => letters[Math.floor(random() * letters.length)]).join('')
    const name = ['ab', 'abc', 'anna', 'Zed'][Math.floor(random() * 4)]!
    assert.equal(unmet(password, name).length === 0, weakness(password, name, usualRules) === undefined, `seed 7, round ${round}: “${password}” of ${name}`)
  }
})
