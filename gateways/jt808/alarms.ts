/**
 * What the bits of an alarm word mean, JT/T 808-2013 table 24 and 808-2019 table 24.
 *
 * A terminal keeps emergency, danger, area, route, segment-time, illegal-ignition, illegal-movement and illegal-door set until its message is answered with
 * 0x8001; the others last as long as their condition. Whoever raises alarms takes the first edge of either kind.
 */

/** By bit, lowest first. Bits 15 to 17 mean something since 2019 only. */
const names = [
  'emergency', 'overspeed', 'fatigue', 'danger', 'gnss-fault', 'antenna-cut', 'antenna-short', 'power-low',
  'power-cut', 'display-fault', 'speaker-fault', 'camera-fault', 'card-reader-fault', 'overspeed-warning', 'fatigue-warning', 'violation',
  'tyre-pressure', 'blind-spot-fault', 'driving-overtime', 'parking-overtime', 'area', 'route', 'segment-time', 'route-deviation',
  'speed-sensor-fault', 'fuel', 'stolen', 'illegal-ignition', 'illegal-movement', 'collision', 'rollover', 'illegal-door',
] as const

/** @param bits  the 32 bits of the word */
export function alarmsOf(bits: number, version: '2013' | '2019'): string[] {
  if (bits === 0) return []
  return names.flatMap((name, bit) => {
    if (Math.floor(bits / 2 ** bit) % 2 === 0) return []
    return version === '2013' && bit >= 15 && bit <= 17 ? [`reserved-${bit}`] : [name]
  })
}

/** The bits to send in 0x8203 for alarms of these names. */
export function alarmBits(alarms: readonly string[]): number {
  return names.reduce((bits, name, bit) => (alarms.includes(name) ? bits + 2 ** bit : bits), 0)
}
