/** Small things a person chose on this machine: sizes of panels, whether sound is on. Never anything about incidents. */
import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
const inMemory = new Map<string, string>()

function read(key: string): string | null {
  const kept = inMemory.get(key)
  if (kept !== undefined) return kept
  try {
    return localStorage.getItem(`gengfu.${key}`)
  } catch {
    return null // forbidden storage: it is remembered as long as the page
  }
}

export function remember(key: string, value: string): void {
  inMemory.set(key, value)
  try {
    localStorage.setItem(`gengfu.${key}`, value)
  } catch {
    // as above
  }
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** A number kept within limits whatever was stored. */
export function useRememberedNumber(key: string, initial: number, min: number, max: number): [number, (value: number) => void] {
  const stored = useSyncExternalStore(subscribe, () => read(key))
  const number = stored === null ? initial : Number(stored)
  const value = Number.isFinite(number) ? Math.min(max, Math.max(min, number)) : initial
  return [value, (next) => remember(key, String(Math.round(Math.min(max, Math.max(min, next)))))]
}

export function useRememberedFlag(key: string, initial: boolean): [boolean, (value: boolean) => void] {
  const stored = useSyncExternalStore(subscribe, () => read(key))
  return [stored === null ? initial : stored === 'yes', (next) => remember(key, next ? 'yes' : 'no')]
}
