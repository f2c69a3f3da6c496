/** Alarms of fences that wait for somebody. Pure. */
import type { FenceEventView, FenceView } from '#modules/patrol/contract.ts'

/** The oldest first. */
export const fenceAlarmsOf = (fences: Iterable<FenceView>): FenceEventView[] => [...fences].flatMap(({ alarms }) => alarms).sort((a, b) => a.toldAt - b.toldAt)
