/** Which colour and which shape a state has, everywhere the same. Colour means state and nothing else. */
import type { AssignmentState } from '#modules/dispatch/contract.ts'
import type { UnitState } from '#modules/units/contract.ts'

/** The names behind `--free`, `--free-text`, `--on-free` and so on in theme.css. */
export type Tone = 'rest' | 'free' | 'busy' | 'en-route' | 'on-scene' | 'panic'

/**
 * The tone of a unit or an assignment. An order nobody has answered is busy; from the answer on it is the colour of
 * where the unit is.
 */
export function toneOf(state: UnitState | AssignmentState): Tone {
  switch (state) {
    case 'free':
      return 'free'
    case 'ordered':
    case 'acknowledged':
      return 'busy'
    case 'en-route':
      return 'en-route'
    case 'on-scene':
    case 'reported':
      return 'on-scene'
    case 'off-duty':
    case 'cleared':
    case 'refused':
    case 'diverted':
    case 'cancelled':
      return 'rest'
  }
}
