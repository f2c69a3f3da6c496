import type { ReactNode } from 'react'

/** Words for those who listen, not for those who look. */
export function VisuallyHidden({ id, children }: { readonly id?: string; readonly children: ReactNode }) {
  return (
    <span className="visually-hidden" id={id}>
      {children}
    </span>
  )
}
