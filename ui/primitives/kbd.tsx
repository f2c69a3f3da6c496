/** A key as it is written on the keyboard: `<Kbd keys="mod+K" />` is ⌘K on a Mac, Ctrl K elsewhere. */
const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform)

const faces: Readonly<Record<string, string>> = isMac
  ? { mod: '⌘', shift: '⇧', alt: '⌥', enter: '↵', escape: 'Esc', up: '↑', down: '↓' }
  : { mod: 'Ctrl', shift: 'Shift', alt: 'Alt', enter: 'Enter', escape: 'Esc', up: '↑', down: '↓' }

export function Kbd({ keys }: { readonly keys: string }) {
  return (
    <span className="keys">
      {keys.split('+').map((key) => (
        <kbd key={key} className="key">
          {faces[key.toLowerCase()] ?? key}
        </kbd>
      ))}
    </span>
  )
}
