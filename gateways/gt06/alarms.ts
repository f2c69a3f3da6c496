/** What a GT06 device raises, in the words that JT/T 808's alarms have here. */

/** The alarm byte of alarm frames. What is not an alarm (ignition, first fix, flight mode) has no name here. */
const byCode: Readonly<Record<number, string>> = {
  0x01: 'emergency', 0x02: 'power-cut', 0x03: 'vibration', 0x04: 'fence-enter', 0x05: 'fence-exit', 0x06: 'overspeed', 0x09: 'illegal-movement',
  0x0e: 'power-low', 0x0f: 'power-low', 0x10: 'tamper', 0x11: 'power-off', 0x13: 'tamper', 0x14: 'illegal-door', 0x15: 'power-off', 0x18: 'tamper',
  0x19: 'battery-low', 0x23: 'fall', 0x29: 'harsh-acceleration', 0x2a: 'harsh-cornering', 0x2b: 'harsh-cornering', 0x2c: 'collision', 0x30: 'harsh-braking',
}

/** Bits 3 to 5 of the status byte. */
const byStatus = [undefined, 'vibration', 'power-cut', 'battery-low', 'emergency', undefined, 'fence', 'tamper'] as const

/** The event byte of dashboard cameras, kind 0x95. Without a place 0x01 is an alarm of no kind. */
const byEvent: Readonly<Record<number, string>> = {
  0x01: 'emergency', 0x80: 'vibration', 0x87: 'overspeed', 0x90: 'harsh-acceleration', 0x91: 'harsh-braking', 0x92: 'harsh-cornering', 0x93: 'collision',
}

/** The status of persons' trackers, long kind 0x33. */
const byPersonsStatus: Readonly<Record<number, string>> = { 0xa2: 'battery-low', 0xa3: 'battery-low', 0xa5: 'illegal-door' }

/** Module 0x2b of kind 0x70. */
const byModule: Readonly<Record<number, string>> = { 0x11: 'battery-low', 0x12: 'power-low', 0x13: 'power-cut', 0x14: 'tamper' }

const listed = (name: string | undefined) => (name === undefined ? [] : [name])

export const statusAlarms = (status: number | undefined): string[] => listed(status === undefined ? undefined : byStatus[(status >> 3) & 7])
export const codeAlarms = (code: number | undefined): string[] => listed(byCode[code ?? 0])
export const eventAlarms = (event: number, hasPlace: boolean): string[] => [(hasPlace || event !== 0x01 ? byEvent[event] : undefined) ?? `event-${event.toString(16).padStart(2, '0')}`]
export const personsAlarms = (status: number | undefined): string[] => listed(byPersonsStatus[status ?? 0])
export const moduleAlarms = (event: number | undefined): string[] => listed(byModule[event ?? 0])
