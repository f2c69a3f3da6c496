/** Buttons. A disabled one says why: it stays reachable, and shows the reason when asked. */
import { useId, type ButtonHTMLAttributes, type ReactNode, type Ref } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { Spinner } from './spinner.tsx'
import { VisuallyHidden } from './visually-hidden.tsx'

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'>

export type ButtonProps = Native & {
  /** `primary`: the one thing to do here; `danger`: loses something; `quiet`: no border until touched. */
  readonly kind?: 'primary' | 'plain' | 'danger' | 'quiet'
  readonly size?: 'small' | 'medium' | 'large'
  readonly icon?: IconName
  /** The act is under way: shown, and not startable twice. */
  readonly busy?: boolean
  /** Why it cannot be used now. The button then does nothing and says this; undefined means it can be used. */
  readonly disabledBecause?: string | undefined
  readonly ref?: Ref<HTMLButtonElement>
  readonly children?: ReactNode
}

export function Button({ kind = 'plain', size = 'medium', icon, busy, disabledBecause, className, onClick, children, ...native }: ButtonProps) {
  const reasonId = useId()
  const off = busy || disabledBecause !== undefined
  return (
    <button
      type="button"
      {...native}
      className={['button', `button-${kind}`, `button-${size}`, busy && 'is-busy', className].filter(Boolean).join(' ')}
      aria-disabled={off || undefined}
      aria-describedby={disabledBecause === undefined ? native['aria-describedby'] : reasonId}
      title={disabledBecause ?? native.title}
      onClick={(event) => {
        if (off) return event.preventDefault() // also keeps a form from being sent twice
        onClick?.(event)
      }}
    >
      {busy ? <Spinner /> : icon ? <Icon name={icon} size={size === 'large' ? 20 : 16} /> : null}
      {children === undefined ? null : <span className="button-text">{children}</span>}
      {disabledBecause === undefined ? null : (
        <VisuallyHidden id={reasonId}>{disabledBecause}</VisuallyHidden>
      )}
    </button>
  )
}

export type IconButtonProps = Omit<ButtonProps, 'children' | 'icon'> & {
  readonly icon: IconName
  /** What it does, in words: spoken, and shown on hover. */
  readonly label: string
}

export function IconButton({ icon, label, kind = 'quiet', className, ...rest }: IconButtonProps) {
  return (
    <Button {...rest} kind={kind} icon={icon} aria-label={label} title={rest.title ?? label} className={className ? `icon-button ${className}` : 'icon-button'} />
  )
}
