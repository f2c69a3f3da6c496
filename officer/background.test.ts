import assert from 'node:assert/strict'
import { test } from 'node:test'
import { opened, qrPath, scanned } from './background.ts'

const key = 'k7mqp-2x9dw-aaaaa-bbbbb-ccccc-ddddd'

test('the picture is the address that reports go to, with the key and how often', () => {
  const url = new URL(scanned('https://gengfu.example', '/api/units/osmand', key))
  assert.equal(url.origin + url.pathname, 'https://gengfu.example/api/units/osmand')
  assert.equal(url.searchParams.get('id'), key)
  assert.equal(url.searchParams.get('service'), 'true')
})

test('the link opens the app on this phone with the same', () => {
  const url = new URL(opened('https://gengfu.example:8443', '/api/units/osmand', key))
  assert.equal(url.protocol, 'org.traccar.client:')
  assert.equal(url.searchParams.get('url'), 'https://gengfu.example:8443/api/units/osmand')
  assert.equal(url.searchParams.get('id'), key)
})

test('a code has its three eyes and a margin', () => {
  const { side, path } = qrPath(scanned('https://gengfu.example', '/api/units/osmand', key))
  const dark = new Set(path.match(/M\d+ \d+/g))
  assert.ok((side - 8 - 17) % 4 === 0, 'a size that QR codes have')
  const far = side - 4 - 7
  for (const [x, y] of [[4, 4], [far, 4], [4, far]] as const) {
    for (let step = 0; step < 7; step++) assert.ok(dark.has(`M${x + step} ${y}`) && dark.has(`M${x} ${y + step}`), `eye at ${x}, ${y}`)
    assert.ok(!dark.has(`M${x + 1} ${y + 1}`) && dark.has(`M${x + 3} ${y + 3}`))
  }
  assert.ok([...dark].every((at) => at.slice(1).split(' ').every((value) => +value >= 4 && +value < side - 4)))
})
