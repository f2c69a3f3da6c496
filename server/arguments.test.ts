import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mqttName, parseArguments, UsageError, type ServeArguments } from './arguments.ts'

test('serve has safe defaults', () => {
  assert.deepEqual(parseArguments(['serve', '--data', 'd']), {
    command: 'serve', data: 'd', host: '127.0.0.1', port: 8080, demo: 'guixi', seed: 7, speed: 1, json: false, terminals: {}, terminalsHost: '127.0.0.1',
  })
})

test('serve takes what the issue promises', () => {
  assert.deepEqual(
    parseArguments(['serve', '--data', 'd', '--port', '0', '--demo', 'portland', '--seed', '3', '--speed', '60', '--json']),
    { command: 'serve', data: 'd', host: '127.0.0.1', port: 0, demo: 'portland', seed: 3, speed: 60, json: true, terminals: {}, terminalsHost: '127.0.0.1' },
  )
})

test('serve takes ports for terminals, where they are wanted', () => {
  const { terminals } = parseArguments(['serve', '--data', 'd', '--jt808-port', '6808', '--gt06-port', '5023', '--h02-port', '5013', '--osmand-port', '0', '--mqtt-port', '1883']) as ServeArguments
  assert.deepEqual(terminals, { jt808: 6808, gt06: 5023, h02: 5013, osmand: 0, mqtt: 1883 })
})

test('serve takes the proxies that it may believe, and nobody’s word unless it is told', () => {
  const { trustProxy } = parseArguments(['serve', '--data', 'd', '--trust-proxy', '127.0.0.1, 10.0.0.0/8,fd00::1']) as ServeArguments
  assert.deepEqual(trustProxy, ['127.0.0.1', '10.0.0.0/8', 'fd00::1'])
})

const refused: [what: string, words: string[], because: RegExp][] = [
  ['an unknown command', ['launch'], /"launch" is unknown; expected serve/],
  ['an unknown flag', ['serve', '--data', 'd', '--prot', '1'], /--prot/],
  ['a port that is no number', ['serve', '--data', 'd', '--port', 'http'], /--port http: expected a whole number/],
  ['a port too high', ['serve', '--data', 'd', '--port', '70000'], /from 0 to 65535/],
  ['an unknown demo', ['serve', '--data', 'd', '--demo', 'paris'], /expected guixi, portland or none/],
  ['a port for terminals that is none', ['serve', '--data', 'd', '--jt808-port', 'x'], /--jt808-port x: expected a whole number/],
  ['a demo town that strangers’ terminals reach', ['serve', '--data', 'd', '--terminals-host', '0.0.0.0'], /a demo town is open to this machine only/],
  ['a proxy by name', ['serve', '--data', 'd', '--trust-proxy', 'proxy.example'], /"proxy\.example" is no address/],
  ['an empty proxy', ['serve', '--data', 'd', '--trust-proxy', '127.0.0.1,'], /"" is no address/],
  ['a range that is none', ['serve', '--data', 'd', '--trust-proxy', '10.0.0.0/33'], /"10\.0\.0\.0\/33" is no address/],
  ['every address as a proxy', ['serve', '--data', 'd', '--trust-proxy', '0.0.0.0/0'], /"0\.0\.0\.0\/0" is no address/],
  ['no data folder', ['serve'], /--data DIR/],
  ['a demo open to the network', ['serve', '--data', 'd', '--host', '0.0.0.0'], /this machine only/],
  ['a network without TLS', ['serve', '--data', 'd', '--demo', 'none', '--host', '0.0.0.0'], /needs TLS/],
  ['half of a TLS pair', ['serve', '--data', 'd', '--tls-cert', 'c'], /go together/],
  ['an import of something else', ['import', 'shp', 'x', '--data', 'd'], /import osm FILE/],
  ['an import of two files', ['import', 'osm', 'a', 'b', '--data', 'd'], /one FILE, found 2/],
  ['verifying both a folder and a file', ['journal', 'verify', '--data', 'd', '--file', 'f'], /either --data DIR or --file FILE/],
]
for (const [what, words, because] of refused) {
  test(`refuses ${what}`, () => assert.throws(() => parseArguments(words), (error: Error) => error instanceof UsageError && because.test(error.message)))
}

test('a node among others has a name of its own at an outside MQTT broker', () => {
  assert.deepEqual([mqttName(undefined, false), mqttName('', false), mqttName('east', true), mqttName('east', false)], ['house', 'house', 'east', 'east'])
  assert.throws(() => mqttName(undefined, true), /GENGFU_MQTT_NAME: .* each node needs a name of its own/)
})
