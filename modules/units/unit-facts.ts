/** What dispatch asks about a unit inside its own transaction. */
import type { Tx } from '#kernel/journal.ts'
import type { UnitFacts } from './contract.ts'
import type { LiveUnits } from './live.ts'
import { lockUnit } from './store.ts'

/**
 * A unit's facts; undefined for one that does not exist or is retired.
 *
 * The unit stays locked until the transaction ends: two dispatchers wanting one car are answered in turn, and it
 * cannot go off duty meanwhile. Its place is the newest that this process knows.
 */
export const unitFacts =
  (live: LiveUnits) =>
  async (tx: Tx, id: string): Promise<UnitFacts | undefined> => {
    const unit = await lockUnit(tx, id)
    if (!unit || unit.retired) return undefined
    const view = live.view(id)
    return {
      id,
      callSign: unit.callSign,
      kind: unit.kind,
      agency: unit.agency,
      capabilities: unit.capabilities,
      onDuty: unit.onDutySince !== null,
      stale: view?.stale ?? true,
      lon: view?.lon ?? null,
      lat: view?.lat ?? null,
    }
  }
