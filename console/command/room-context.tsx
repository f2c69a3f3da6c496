/** The room for React: one for everybody below, read by small selections. */
import { createContext, useContext, useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from 'react'
import type { UnitView } from '#modules/units/contract.ts'
import { createRoom, type LiveEntry, type Room, type RoomState } from './room.ts'

const Context = createContext<Room | undefined>(undefined)

export function RoomProvider({ children }: { readonly children: ReactNode }) {
  const [room] = useState(createRoom)
  useEffect(() => room.start(), [room])
  return <Context value={room}>{children}</Context>
}

/** The room, or undefined outside of one (an administrator who does not watch). */
export const useRoomIfAny = (): Room | undefined => useContext(Context)

/** @throws Error outside a RoomProvider */
export function useRoom(): Room {
  const room = useContext(Context)
  if (!room) throw new Error('useRoom needs a RoomProvider above it')
  return room
}

/** A part of what the room knows; drawn anew when that part is another one. The selection must not make new objects. */
export function useRoomPart<T>(select: (state: RoomState) => T): T {
  const room = useRoom()
  return useSyncExternalStore(room.subscribe, () => select(room.get()))
}

/** All units by call sign. */
export function useUnitsInOrder(): readonly UnitView[] {
  const room = useRoom()
  return useSyncExternalStore(room.subscribe, room.unitsInOrder)
}

/** Hear what is written to the journal. */
export function useEntries(listener: (entries: readonly LiveEntry[], before: RoomState) => void): void {
  const room = useRoom()
  const latest = useRef(listener)
  latest.current = listener
  useEffect(() => room.onEntries((entries, before) => latest.current(entries, before)), [room])
}

/**
 * Drawn anew once a second while positions come: for ages and distances in words, not for the map.
 *
 * @param isWanted  false: not now
 * @returns whether a unit's place is old; another function each time, so that what is made with it is made anew
 */
export function useMovedSlowly(isWanted = true): (unit: Pick<UnitView, 'handle'>) => boolean {
  const room = useRoom()
  const [now, setNow] = useState(() => stalenessIn(room))
  useEffect(() => {
    if (!isWanted) return
    let timer = 0
    const stop = room.onMoved(() => {
      if (timer === 0) timer = window.setTimeout(() => { timer = 0; setNow(stalenessIn(room)) }, 1000)
    })
    return () => {
      stop()
      window.clearTimeout(timer)
    }
  }, [room, isWanted])
  return now.isStale
}

const stalenessIn = ({ glides }: Room) => ({ isStale: ({ handle }: Pick<UnitView, 'handle'>) => glides.get(handle)?.stale ?? true })
