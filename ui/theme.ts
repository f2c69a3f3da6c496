/** Dark for the watch room, light for the street, or as the machine says. */
import { useSyncExternalStore } from 'react'

export type ThemeChoice = 'dark' | 'light' | 'system'
export type Theme = 'dark' | 'light'

const storageKey = 'gengfu.theme'
const prefersLight = typeof matchMedia === 'undefined' ? undefined : matchMedia('(prefers-color-scheme: light)')
const listeners = new Set<() => void>()

let choice: ThemeChoice = readChoice()

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(storageKey)
    if (stored === 'dark' || stored === 'light' || stored === 'system') return stored
  } catch {
    // forbidden storage: the machine's own choice holds
  }
  return 'system'
}

/** The theme on the screen for a choice. A machine that says nothing gets dark: rooms like ours are dark. */
export const themeOf = (chosen: ThemeChoice, machineIsLight: boolean): Theme =>
  chosen === 'system' ? (machineIsLight ? 'light' : 'dark') : chosen

export const currentTheme = (): Theme => themeOf(choice, prefersLight?.matches ?? false)

function apply() {
  if (typeof document === 'undefined') return
  document.documentElement.dataset['theme'] = currentTheme()
  document.documentElement.style.colorScheme = currentTheme()
  for (const listener of listeners) listener()
}

export function setTheme(next: ThemeChoice): void {
  choice = next
  try {
    localStorage.setItem(storageKey, next)
  } catch {
    // forbidden storage: the choice lasts as long as the page
  }
  apply()
}

apply()
prefersLight?.addEventListener('change', apply)

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** The theme on the screen, what was chosen, and how to choose; drawn anew when either changes. */
export function useTheme(): { readonly theme: Theme; readonly choice: ThemeChoice; readonly setTheme: (choice: ThemeChoice) => void } {
  return {
    theme: useSyncExternalStore(subscribe, currentTheme),
    choice: useSyncExternalStore(subscribe, () => choice),
    setTheme,
  }
}
