/** A sheet over the page: modal, closed by Escape or the phone's back, with the call for help in reach. */
import { useEffect, useRef, type ReactNode } from 'react'
import { PanicButton } from './panic-button.tsx'

export type SheetProps = {
  readonly className: string
  /** What it is, for those who hear it; its heading says the same. */
  readonly label: string
  readonly onClose: () => void
  readonly children: ReactNode
}

export function Sheet({ className, label, onClose, children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      className={className}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault() // React takes it off the page, not the browser
        onClose()
      }}
    >
      {children}
    </dialog>
  )
}

/** One in which something is written: its heading, and the call for help beside it. */
export function WriteBox({ className = '', title, onClose, children }: { readonly className?: string; readonly title: string; readonly onClose: () => void; readonly children: ReactNode }) {
  return (
    <Sheet className={`write ${className}`} label={title} onClose={onClose}>
      <div className="write-box">
        <div className="write-head">
          <h2>{title}</h2>
          <PanicButton />
        </div>
        {children}
      </div>
    </Sheet>
  )
}
