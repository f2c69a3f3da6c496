/** A state as colour, shape and word together: eight in a hundred men do not see red from green. */
import type { ReactNode } from 'react'
import type { Tone } from '../state.ts'

/** One shape per tone, the same on the board, in tables and on the phone. */
const shapes: Readonly<Record<Tone, ReactNode>> = {
  rest: <path d="M3 6h6" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" />,
  free: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  busy: <path d="M6 1 11 10.5H1Z" fill="currentColor" />,
  'en-route': <path d="M2.5 1 11 6 2.5 11 4.3 6Z" fill="currentColor" />,
  'on-scene': <rect x="1.5" y="1.5" width="9" height="9" rx="1.5" fill="currentColor" />,
  panic: <path d="M4 .8h4L11.2 4v4L8 11.2H4L.8 8V4Z" fill="currentColor" />,
}

export function StateMark({ tone, children, stale }: { readonly tone: Tone; readonly children?: ReactNode; readonly stale?: boolean }) {
  return (
    <span className={stale ? `state-mark tone-${tone} is-stale` : `state-mark tone-${tone}`}>
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" focusable="false">
        {shapes[tone]}
      </svg>
      {children}
    </span>
  )
}
