import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessOf } from './access.ts'
import { kmhOf } from './limits.ts'
import type { Tags } from './pbf.ts'
import { usualProfile } from './profile.ts'

const car = accessOf(usualProfile, 'car')
const foot = accessOf(usualProfile, 'foot')
const carSpeeds = (tags: Tags) => car.speeds(tags, true)
const footSpeeds = (tags: Tags) => foot.speeds(tags, true)
const carPassage = car.passage
const footPassage = foot.passage

/** Which directions are open: "both", "along", "against" or "none". */
const directions = ([along, against]: readonly [number, number]) =>
  along > 0 && against > 0 ? 'both' : along > 0 ? 'along' : against > 0 ? 'against' : 'none'

const ways: [tags: Tags, car: string, foot: string][] = [
  [{ highway: 'residential' }, 'both', 'both'],
  [{ highway: 'residential', oneway: 'yes' }, 'along', 'both'],
  [{ highway: 'residential', oneway: '-1' }, 'against', 'both'],
  [{ highway: 'residential', oneway: 'reversible' }, 'none', 'both'],
  [{ highway: 'residential', oneway: 'yes', 'oneway:motor_vehicle': 'no' }, 'both', 'both'],
  [{ highway: 'residential', oneway: 'yes', 'oneway:bicycle': 'no' }, 'along', 'both'],
  [{ highway: 'tertiary', junction: 'roundabout' }, 'along', 'both'],
  [{ highway: 'tertiary', junction: 'roundabout', oneway: 'no' }, 'both', 'both'],
  [{ highway: 'motorway' }, 'along', 'none'],
  [{ highway: 'motorway', oneway: 'no' }, 'both', 'none'],
  [{ highway: 'motorway_link' }, 'both', 'none'],
  [{ highway: 'trunk', motorroad: 'yes' }, 'both', 'none'],
  [{ highway: 'trunk' }, 'both', 'both'],
  [{ highway: 'primary', foot: 'no' }, 'both', 'none'],
  [{ highway: 'service', access: 'no' }, 'none', 'none'],
  [{ highway: 'service', access: 'no', foot: 'yes' }, 'none', 'both'],
  [{ highway: 'service', access: 'no', emergency: 'yes' }, 'none', 'none'],
  [{ highway: 'residential', access: 'private' }, 'both', 'both'],
  [{ highway: 'residential', motor_vehicle: 'no' }, 'none', 'both'],
  [{ highway: 'residential', vehicle: 'no', motorcar: 'yes' }, 'both', 'both'],
  [{ highway: 'residential', access: 'yes', motorcar: 'no' }, 'none', 'both'],
  [{ highway: 'residential', 'motor_vehicle:backward': 'no' }, 'along', 'both'],
  [{ highway: 'unclassified', access: 'agricultural' }, 'none', 'none'],
  [{ highway: 'busway' }, 'none', 'none'],
  [{ highway: 'service', access: 'no', bus: 'yes' }, 'none', 'none'],
  [{ highway: 'pedestrian' }, 'none', 'both'],
  [{ highway: 'pedestrian', motor_vehicle: 'permissive' }, 'both', 'both'],
  [{ highway: 'pedestrian', area: 'yes', motor_vehicle: 'yes' }, 'none', 'both'],
  [{ highway: 'footway' }, 'none', 'both'],
  [{ highway: 'footway', foot: 'private' }, 'none', 'both'],
  [{ highway: 'steps' }, 'none', 'both'],
  [{ highway: 'steps', conveying: 'forward', 'oneway:foot': 'yes' }, 'none', 'along'],
  [{ highway: 'cycleway' }, 'none', 'both'],
  [{ highway: 'cycleway', foot: 'no' }, 'none', 'none'],
  [{ highway: 'track' }, 'both', 'both'],
  [{ highway: 'construction' }, 'none', 'none'],
  [{ highway: 'residential', construction: 'yes' }, 'none', 'none'],
  [{ highway: 'proposed' }, 'none', 'none'],
  [{ route: 'ferry' }, 'none', 'none'],
  [{ route: 'ferry', highway: 'service' }, 'none', 'none'],
  [{ railway: 'platform' }, 'none', 'both'],
  [{ railway: 'rail' }, 'none', 'none'],
  [{ building: 'yes' }, 'none', 'none'],
  // a vehicle's name lets that vehicle in and nobody else
  [{ highway: 'residential', access: 'psv' }, 'none', 'none'],
  [{ highway: 'residential', access: 'bus', foot: 'yes' }, 'none', 'both'],
  [{ highway: 'residential', motor_vehicle: 'emergency' }, 'none', 'both'],
  [{ highway: 'residential', vehicle: 'bicycle' }, 'none', 'both'],
  [{ highway: 'residential', access: 'motor_vehicle' }, 'both', 'none'],
  [{ highway: 'path', access: 'foot' }, 'none', 'both'],
  // of several words the kindest counts, and unknown ones say nothing
  [{ highway: 'track', motor_vehicle: 'agricultural;forestry' }, 'none', 'both'],
  [{ highway: 'track', vehicle: 'agricultural; forestry' }, 'none', 'both'],
  [{ highway: 'track', motor_vehicle: 'agricultural;destination' }, 'both', 'both'],
  [{ highway: 'residential', access: 'psv;destination' }, 'both', 'both'],
  [{ highway: 'residential', access: 'fine_gravel' }, 'both', 'both'],
  [{ highway: 'residential', access: 'no', motorcar: '06:00-11:00' }, 'none', 'none'],
  [{ highway: 'residential', motor_vehicle: 'agricultural;whatever' }, 'none', 'both'],
  // a service road of buses or emergencies is theirs, unless a tag says otherwise
  [{ highway: 'service', service: 'bus' }, 'none', 'both'],
  [{ highway: 'service', service: 'emergency_access' }, 'none', 'both'],
  [{ highway: 'service', service: 'bus', motor_vehicle: 'destination' }, 'both', 'both'],
  // nobody drives the sides of an area
  [{ highway: 'service', area: 'yes' }, 'none', 'both'],
  [{ highway: 'residential', area: 'yes', motor_vehicle: 'yes' }, 'none', 'both'],
  [{ highway: 'service', area: 'no' }, 'both', 'both'],
  // one-ways
  [{ highway: 'residential', junction: 'circular' }, 'along', 'both'],
  [{ highway: 'residential', oneway: 'yes', 'oneway:motor_vehicle': 'sometimes' }, 'along', 'both'],
  [{ highway: 'residential', 'oneway:motorcar': 'yes', 'oneway:vehicle': 'no' }, 'along', 'both'],
  [{ highway: 'residential', 'access:backward': 'no' }, 'along', 'along'],
  [{ highway: 'residential', oneway: 'alternating' }, 'none', 'both'],
  [{ highway: 'residential', oneway: 'yes', 'oneway:bus': 'no' }, 'along', 'both'],
  // who walks
  [{ highway: 'primary', foot: 'use_sidepath' }, 'both', 'none'],
  [{ highway: 'primary', foot: 'use_sidepath', sidewalk: 'both' }, 'both', 'none'],
  [{ highway: 'footway', 'foot:backward': 'no' }, 'none', 'along'],
  [{ highway: 'trunk', motorroad: 'yes', sidewalk: 'right' }, 'both', 'both'],
  [{ highway: 'trunk', motorroad: 'yes', 'sidewalk:left': 'separate' }, 'both', 'none'],
  [{ highway: 'service', access: 'no', sidewalk: 'both' }, 'none', 'none'],
  [{ highway: 'raceway', foot: 'yes' }, 'none', 'none'],
  // not there
  [{ highway: 'disused', motor_vehicle: 'yes', foot: 'yes' }, 'none', 'none'],
  [{ highway: 'track', abandoned: 'yes' }, 'none', 'none'],
  [{ highway: 'residential', construction: 'minor' }, 'both', 'both'],
  // what holds at some hours is ignored, and reported
  [{ highway: 'residential', 'motor_vehicle:conditional': 'no @ (22:00-05:00)' }, 'both', 'both'],
  [{ highway: 'pedestrian', 'motor_vehicle:conditional': 'destination @ (06:00-11:00)' }, 'none', 'both'],
]
for (const [tags, car, foot] of ways) {
  test(`${JSON.stringify(tags)}: a car may go ${car}, a walker ${foot}`, () => {
    assert.deepEqual([directions(carSpeeds(tags)), directions(footSpeeds(tags))], [car, foot])
  })
}

const limits: [text: string | undefined, kmh: number | undefined][] = [
  ['50', 50],
  ['30 mph', 48.28032],
  ['30mph', 48.28032],
  ['60 km/h', 60],
  ['CN:urban', 50],
  ['DE:rural', 80],
  ['walk', 8],
  ['none', undefined],
  ['signals', undefined],
  ['50;30', undefined],
  ['DE:zone:30', 30],
  ['DE:30', 30],
  ['CN:motorway', 120],
  ['GB:nsl_single', 96],
  ['0', undefined],
  ['900', undefined],
  [undefined, undefined],
]
for (const [text, kmh] of limits) {
  test(`the limit "${text}" is ${kmh ?? 'none we know'}`, () => assert.equal(kmhOf(text), kmh))
}

test('a signed limit counts for its direction, and is not driven to the full', () => {
  assert.deepEqual(carSpeeds({ highway: 'primary', maxspeed: '60' }), [51, 51])
  assert.deepEqual(carSpeeds({ highway: 'primary', maxspeed: '60', 'maxspeed:backward': '40' }), [51, 34])
})

test('mud, gates and car parks slow a car down; a private road is open, at walking horse pace', () => {
  const [residential] = carSpeeds({ highway: 'residential' })
  assert.ok(carSpeeds({ highway: 'residential', surface: 'mud' })[0] < residential)
  assert.equal(carSpeeds({ highway: 'residential', access: 'private', maxspeed: '50' })[0], 10)
  assert.ok(carSpeeds({ highway: 'service', service: 'parking_aisle' })[0] < carSpeeds({ highway: 'service' })[0])
})

const points: [tags: Tags, car: string, foot: string][] = [
  [{ barrier: 'bollard' }, 'blocked', 'free'],
  [{ barrier: 'bollard', motor_vehicle: 'yes' }, 'delayed', 'free'],
  [{ barrier: 'gate' }, 'delayed', 'free'],
  [{ barrier: 'gate', access: 'private' }, 'delayed', 'free'],
  [{ barrier: 'gate', access: 'no' }, 'blocked', 'blocked'],
  [{ barrier: 'gate', access: 'no', foot: 'yes' }, 'blocked', 'free'],
  [{ barrier: 'gate', locked: 'yes' }, 'blocked', 'blocked'],
  [{ barrier: 'gate', access: 'no', emergency: 'yes' }, 'blocked', 'blocked'],
  [{ barrier: 'lift_gate' }, 'delayed', 'free'],
  [{ barrier: 'toll_booth' }, 'delayed', 'free'],
  [{ barrier: 'cattle_grid' }, 'free', 'free'],
  [{ barrier: 'kerb' }, 'free', 'free'],
  [{ barrier: 'wall' }, 'blocked', 'blocked'],
  [{ barrier: 'stile' }, 'blocked', 'free'],
  [{ barrier: 'turnstile' }, 'blocked', 'free'],
  [{ highway: 'traffic_signals' }, 'delayed', 'free'],
  [{ highway: 'crossing' }, 'free', 'free'],
  [{ access: 'no' }, 'blocked', 'free'],
  [{ railway: 'level_crossing' }, 'delayed', 'free'],
  [{ barrier: 'entrance', access: 'no' }, 'blocked', 'blocked'],
  [{ barrier: 'height_restrictor', motor_vehicle: 'no' }, 'blocked', 'free'],
  [{ barrier: 'gate', motor_vehicle: 'agricultural;forestry' }, 'blocked', 'free'],
  [{ barrier: 'gate', access: 'psv' }, 'blocked', 'blocked'],
  [{ barrier: 'yes' }, 'blocked', 'free'],
  [{ foot: 'no' }, 'free', 'blocked'],
  [{ highway: 'crossing', foot: 'no', motor_vehicle: 'no' }, 'free', 'free'],
]
const passage = ({ blocked, delayMs }: { blocked: boolean; delayMs: number }) => (blocked ? 'blocked' : delayMs > 0 ? 'delayed' : 'free')
for (const [tags, car, foot] of points) {
  test(`at ${JSON.stringify(tags)} a car is ${car}, a walker ${foot}`, () => {
    assert.deepEqual([passage(carPassage(tags)), passage(footPassage(tags))], [car, foot])
  })
}

const emergency = accessOf(usualProfile, 'emergency')
const bike = accessOf(usualProfile, 'bike')
const others: [tags: Tags, emergency: string, bike: string][] = [
  [{ highway: 'residential' }, 'both', 'both'],
  [{ highway: 'residential', oneway: 'yes' }, 'both', 'along'],
  [{ highway: 'primary', oneway: 'yes' }, 'along', 'along'],
  [{ highway: 'residential', oneway: 'yes', 'oneway:bicycle': 'no', bicycle: 'yes' }, 'both', 'both'],
  [{ highway: 'primary', oneway: 'yes', 'oneway:bus': 'no' }, 'both', 'along'],
  [{ highway: 'primary', oneway: 'yes', 'oneway:emergency': 'no' }, 'both', 'along'],
  [{ highway: 'motorway' }, 'along', 'none'],
  [{ highway: 'tertiary', junction: 'roundabout' }, 'along', 'along'],
  [{ highway: 'residential', oneway: 'reversible' }, 'none', 'none'],
  [{ highway: 'busway' }, 'both', 'none'],
  [{ highway: 'service', access: 'no', psv: 'yes' }, 'both', 'none'],
  [{ highway: 'service', access: 'no', emergency: 'yes' }, 'both', 'none'],
  [{ highway: 'service', access: 'no' }, 'none', 'none'],
  [{ highway: 'service', service: 'emergency_access', access: 'no' }, 'both', 'none'],
  [{ highway: 'residential', motor_vehicle: 'no' }, 'both', 'none'],
  [{ highway: 'residential', motor_vehicle: 'no', bicycle: 'yes' }, 'both', 'both'],
  [{ highway: 'pedestrian' }, 'both', 'none'],
  [{ highway: 'pedestrian', bicycle: 'yes' }, 'both', 'both'],
  [{ highway: 'cycleway' }, 'none', 'both'],
  [{ highway: 'cycleway', bicycle: 'no' }, 'none', 'none'],
  [{ highway: 'footway' }, 'none', 'none'],
  [{ highway: 'footway', bicycle: 'yes' }, 'none', 'both'],
  [{ highway: 'path', emergency: 'yes' }, 'both', 'none'],
  [{ highway: 'steps' }, 'none', 'none'],
  [{ highway: 'residential', motorcycle: 'no' }, 'both', 'none'],
  [{ highway: 'track', tracktype: 'grade5' }, 'both', 'both'],
  [{ highway: 'track', smoothness: 'impassable' }, 'none', 'none'],
  [{ route: 'ferry', emergency: 'yes' }, 'none', 'none'],
  // what admits buses admits emergencies
  [{ highway: 'residential', access: 'psv' }, 'both', 'none'],
  [{ highway: 'residential', motor_vehicle: 'emergency' }, 'both', 'none'],
  [{ highway: 'service', access: 'no', bus: 'permissive' }, 'both', 'none'],
  [{ highway: 'primary', oneway: 'yes', 'oneway:psv': 'no' }, 'both', 'along'],
  [{ highway: 'primary', oneway: 'yes', 'psv:backward': 'designated' }, 'both', 'along'],
  [{ highway: 'primary', oneway: 'yes', busway: 'opposite_lane' }, 'both', 'along'],
  [{ highway: 'service', access: 'no', 'bus:forward': 'yes' }, 'along', 'none'],
  // and what restricts only buses does not restrict emergencies
  [{ highway: 'primary', 'oneway:bus': 'yes' }, 'both', 'both'],
  [{ highway: 'primary', bus: 'no', psv: 'no' }, 'both', 'both'],
  // a stop says which vehicles halt there
  [{ highway: 'footway', public_transport: 'platform', bus: 'yes' }, 'none', 'none'],
  [{ highway: 'service', service: 'bus' }, 'both', 'none'],
  [{ highway: 'service', service: 'bus', emergency: 'no' }, 'none', 'none'],
  [{ highway: 'service', service: 'emergency_access' }, 'both', 'none'],
  // against one-ways only where the profile says so, and never round a roundabout or where nobody knows
  [{ highway: 'tertiary', oneway: 'yes' }, 'along', 'along'],
  [{ highway: 'residential', junction: 'circular' }, 'along', 'along'],
  [{ highway: 'residential', oneway: '-1' }, 'both', 'against'],
  // "emergency=no" takes the privileges, not what every car may
  [{ highway: 'pedestrian', emergency: 'no' }, 'none', 'none'],
  [{ highway: 'residential', oneway: 'yes', emergency: 'no' }, 'along', 'along'],
  [{ highway: 'busway', bus: 'yes', emergency: 'no' }, 'none', 'none'],
  [{ highway: 'pedestrian', area: 'yes' }, 'none', 'none'],
  // an e-bike on a cycleway keeps to the bicycles' directions
  [{ highway: 'cycleway', 'oneway:bicycle': 'yes' }, 'none', 'along'],
  [{ highway: 'cycleway', 'oneway:bicycle': '-1' }, 'none', 'against'],
  [{ highway: 'cycleway', oneway: 'yes', 'oneway:bicycle': 'no' }, 'none', 'both'],
  [{ highway: 'cycleway', bicycle: 'dismount' }, 'none', 'none'],
  [{ highway: 'cycleway', vehicle: 'no' }, 'none', 'none'],
  [{ highway: 'residential', vehicle: 'no', bicycle: 'use_sidepath' }, 'both', 'none'],
  [{ highway: 'footway', bicycle: 'yes', oneway: 'yes', cycleway: 'opposite' }, 'none', 'both'],
  [{ highway: 'track', motor_vehicle: 'agricultural;forestry' }, 'both', 'none'],
  [{ highway: 'track', motor_vehicle: 'agricultural;forestry', bicycle: 'yes' }, 'both', 'both'],
  // who may not use motorways may not use what is signed like one
  [{ highway: 'trunk', motorroad: 'yes' }, 'both', 'none'],
  [{ highway: 'trunk', motorroad: 'yes', motorcycle: 'yes' }, 'both', 'both'],
]
for (const [tags, byEmergency, byBike] of others) {
  test(`${JSON.stringify(tags)}: an emergency may go ${byEmergency}, an e-bike ${byBike}`, () => {
    assert.deepEqual([directions(emergency.speeds(tags, true)), directions(bike.speeds(tags, true))], [byEmergency, byBike])
  })
}
const otherPoints: [tags: Tags, emergency: string, bike: string][] = [
  [{ barrier: 'bollard' }, 'blocked', 'delayed'],
  [{ barrier: 'motorcycle_barrier' }, 'blocked', 'blocked'],
  [{ barrier: 'bus_trap', bus: 'yes' }, 'delayed', 'delayed'],
  [{ barrier: 'gate', access: 'no', emergency: 'yes' }, 'delayed', 'blocked'],
  [{ barrier: 'gate', locked: 'yes', emergency: 'yes' }, 'delayed', 'blocked'],
  [{ barrier: 'stile' }, 'blocked', 'blocked'],
  [{ railway: 'level_crossing' }, 'delayed', 'delayed'],
  [{ barrier: 'gate', access: 'psv' }, 'delayed', 'blocked'],
  [{ barrier: 'gate', access: 'no', bus: 'yes', emergency: 'no' }, 'blocked', 'blocked'],
  [{ barrier: 'bollard', bicycle: 'dismount' }, 'blocked', 'blocked'],
  [{ barrier: 'bollard', access: 'no', bicycle: 'yes' }, 'blocked', 'delayed'],
]
for (const [tags, byEmergency, byBike] of otherPoints) {
  test(`at ${JSON.stringify(tags)} an emergency is ${byEmergency}, an e-bike ${byBike}`, () => {
    assert.deepEqual([passage(emergency.passage(tags)), passage(bike.passage(tags))], [byEmergency, byBike])
  })
}

test('wherever a car may go an emergency may, and at least as fast', () => {
  for (const [tags] of [...ways, ...others]) {
    for (const builtUp of [true, false]) {
      const [a, b] = [car.speeds(tags, builtUp), emergency.speeds(tags, builtUp)]
      for (const side of [0, 1] as const) assert.ok(b[side] >= a[side], `${JSON.stringify(tags)}: car ${a[side]}, emergency ${b[side]} km/h`)
    }
  }
})
