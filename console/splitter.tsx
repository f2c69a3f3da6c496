/** The border between two panels: drag it, or move it with the arrow keys; double click gives the usual size back. */
import { useRef, type KeyboardEvent, type PointerEvent } from 'react'

export type SplitterProps = {
  readonly label: string
  readonly axis: 'x' | 'y'
  readonly value: number
  readonly min: number
  readonly max: number
  readonly usual: number
  /** The panel lies after the border: it grows when the border moves back. */
  readonly after?: boolean
  readonly onChange: (value: number) => void
}

export function Splitter({ label, axis, value, min, max, usual, after = false, onChange }: SplitterProps) {
  const from = useRef<{ at: number; value: number } | null>(null)
  const sign = after ? -1 : 1
  const at = (event: PointerEvent) => (axis === 'x' ? event.clientX : event.clientY)

  const keys = (event: KeyboardEvent) => {
    const forward = axis === 'x' ? 'ArrowRight' : 'ArrowDown'
    const back = axis === 'x' ? 'ArrowLeft' : 'ArrowUp'
    const step = event.shiftKey ? 64 : 16
    const next = { [forward]: value + sign * step, [back]: value - sign * step, Home: min, End: max }[event.key]
    if (next === undefined) return
    event.preventDefault()
    onChange(next)
  }

  return (
    <div
      className={`splitter splitter-${axis}`}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      onKeyDown={keys}
      onDoubleClick={() => onChange(usual)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        from.current = { at: at(event), value }
      }}
      onPointerMove={(event) => {
        if (from.current) onChange(from.current.value + sign * (at(event) - from.current.at))
      }}
      onPointerUp={() => {
        from.current = null
      }}
    />
  )
}
