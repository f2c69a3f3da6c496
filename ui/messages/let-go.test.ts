import assert from 'node:assert/strict'
import { test } from 'node:test'
import { onLetGo } from './let-go.ts'

const cases: [what: string, after: (target: EventTarget, forget: () => void) => void, times: number][] = [
  ['let go, and pressed again', () => {}, 1],
  ['taken away by the browser', (target) => target.dispatchEvent(new Event('pointercancel')), 0],
  ['forgotten', (_target, forget) => forget(), 0],
]
for (const [what, between, times] of cases) {
  test(`what is held is heard of once: ${what}`, () => {
    const target = new EventTarget()
    let heard = 0
    between(target, onLetGo(target, () => heard++))
    for (let press = 0; press < 2; press++) target.dispatchEvent(new Event('pointerup'))
    assert.equal(heard, times)
  })
}
