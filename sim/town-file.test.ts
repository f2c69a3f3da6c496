import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { accountsFor, officerOf, parseTown, readTownFile, type TownFile } from './town-file.ts'

const pathOf = (name: string) => new URL(`../demo/${name}/town.json`, import.meta.url).pathname
const fresh = (): TownFile & Record<string, never> => JSON.parse(readFileSync(pathOf('guixi'), 'utf8'))

test('the towns of the repository hold', () => {
  for (const name of ['guixi', 'portland']) {
    const town = readTownFile(pathOf(name))
    assert.equal(town.demo, name)
    const driven = town.units.filter((unit) => unit.driver === 'crew')
    assert.ok(driven.length >= 12, `${name}: ${driven.length} crews`)
    for (const unit of driven) assert.equal(officerOf(town, unit)?.for, 'simulator', `${unit.callSign} has nobody who answers`)
    const guests = town.units.filter((unit) => unit.driver === 'guest')
    assert.deepEqual(guests.map((unit) => officerOf(town, unit)?.for), ['person'])
    for (const role of ['dispatcher', 'commander', 'officer', 'auditor', 'administrator']) {
      const account = accountsFor(town, 'person').find((account) => account.role === role)
      assert.ok(account?.password, `${name}: no ${role} to try`)
    }
  }
})

const broken: [what: string, spoil: (town: ReturnType<typeof fresh>) => void, complaint: RegExp][] = [
  ['a field that is missing', (town) => delete (town as Partial<TownFile>).timeZone, /required/],
  ['a field nobody reads', (town) => Object.assign(town, { colour: 'red' }), /additional properties/],
  ['a place of the wrong type', (town) => Object.assign(town.units[0], { lon: 'east' }), /\/units\/0\/lon: must be number/],
  ['a template of the wrong type, said once', (town) => Object.assign(town.calls, { secondsBetween: [1] }), /\/calls\/secondsBetween: .*2/],
  ['an agency nobody declared', (town) => Object.assign(town.units[3], { agency: 'guixi.mars' }), /unit 巡4: found agency "guixi.mars"/],
  ['an agency before its parent', (town) => town.agencies.reverse(), /no parent above it/],
  ['a unit twice', (town) => town.units.push(town.units[0]), /units: found "巡1" twice/],
  ['a member in two crews', (town) => town.units[1].crew.push(town.units[0].crew[0]), /crews: found "P01" twice/],
  ['a unit off the map', (town) => Object.assign(town.units[2], { lat: 30 }), /unit 巡3: found .*, 30, expected a place within/],
  ['a crew of strangers', (town) => Object.assign(town.units[2], { crew: ['Z99'] }), /found crew "Z99"/],
  ['a template for no place', (town) => town.calls.source === 'templates' && Object.assign(town.calls.templates[0], { at: ['moon'] }), /at "moon"/],
  ['a password of the simulator in the file', (town) => Object.assign(town.accounts.find((a) => a.for === 'simulator')!, { password: 'known-to-everybody' }), /made at each start/],
  ['no account for the terminals', (town) => Object.assign(town, { accounts: town.accounts.filter((a) => a.role !== 'integrator') }), /a integrator for the simulator|an? integrator/],
]
for (const [what, spoil, complaint] of broken) {
  test(`refuses ${what}`, () => {
    const town = fresh()
    spoil(town)
    assert.throws(() => parseTown(town), complaint)
  })
}
