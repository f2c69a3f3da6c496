/** A labelled field: the label, the control, what it is for, what is wrong with it. */
import { useId, useState, type InputHTMLAttributes, type ReactNode, type Ref, type SelectHTMLAttributes, type TextareaHTMLAttributes } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from './button.tsx'
import { Icon } from './icon.tsx'

type Frame = {
  readonly label: string
  /** Keep the label for those who listen only; the place makes it plain to those who look. */
  readonly labelHidden?: boolean
  readonly hint?: ReactNode
  readonly error?: string | undefined
  readonly className?: string
}

type Ids = { readonly id: string; readonly describedBy: string | undefined; readonly invalid: boolean | undefined }

function FieldFrame({ label, labelHidden, hint, error, className, children }: Frame & { readonly children: (ids: Ids) => ReactNode }) {
  const id = useId()
  const describedBy = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined
  return (
    <div className={['field', error && 'has-error', className].filter(Boolean).join(' ')}>
      <label htmlFor={id} className={labelHidden ? 'visually-hidden' : 'field-label'}>
        {label}
      </label>
      {children({ id, describedBy, invalid: error ? true : undefined })}
      {hint ? (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p className="field-error" id={`${id}-error`} role="alert">
          <Icon name="alert" size={14} />
          <span>{error}</span>
        </p>
      ) : null}
    </div>
  )
}

export type FieldProps = Frame & InputHTMLAttributes<HTMLInputElement> & { readonly ref?: Ref<HTMLInputElement> }

export function Field({ label, labelHidden, hint, error, className, ...native }: FieldProps) {
  return (
    <FieldFrame {...frameOf({ label, labelHidden, hint, error, className })}>
      {({ id, describedBy, invalid }) => (
        <input {...native} id={id} className="control" aria-describedby={describedBy} aria-invalid={invalid} />
      )}
    </FieldFrame>
  )
}

/** A password that can be looked at: long ones are typed wrong less often when they can be read. */
export function PasswordField({ label, labelHidden, hint, error, className, ...native }: Omit<FieldProps, 'type'>) {
  const [shown, setShown] = useState(false)
  const { t } = useTranslation('common')
  return (
    <FieldFrame {...frameOf({ label, labelHidden, hint, error, className })}>
      {({ id, describedBy, invalid }) => (
        <div className="control-group">
          <input
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            {...native}
            id={id}
            type={shown ? 'text' : 'password'}
            className="control"
            aria-describedby={describedBy}
            aria-invalid={invalid}
          />
          <IconButton icon={shown ? 'eye-off' : 'eye'} label={shown ? t('password.hide') : t('password.show')} aria-pressed={shown} onClick={() => setShown(!shown)} />
        </div>
      )}
    </FieldFrame>
  )
}

export type TextAreaProps = Frame & TextareaHTMLAttributes<HTMLTextAreaElement> & { readonly ref?: Ref<HTMLTextAreaElement> }

export function TextArea({ label, labelHidden, hint, error, className, ...native }: TextAreaProps) {
  return (
    <FieldFrame {...frameOf({ label, labelHidden, hint, error, className })}>
      {({ id, describedBy, invalid }) => (
        <textarea rows={3} {...native} id={id} className="control" aria-describedby={describedBy} aria-invalid={invalid} />
      )}
    </FieldFrame>
  )
}

export type SelectProps = Frame &
  SelectHTMLAttributes<HTMLSelectElement> & {
    readonly options: readonly { readonly value: string; readonly label: string; readonly disabled?: boolean }[]
    readonly ref?: Ref<HTMLSelectElement>
  }

/** The machine's own list: best by keyboard, by thumb and by screen reader. */
export function Select({ label, labelHidden, hint, error, className, options, ...native }: SelectProps) {
  return (
    <FieldFrame {...frameOf({ label, labelHidden, hint, error, className })}>
      {({ id, describedBy, invalid }) => (
        <div className="control-select">
          <select {...native} id={id} className="control" aria-describedby={describedBy} aria-invalid={invalid}>
            {options.map((option) => (
              <option key={option.value} value={option.value} disabled={option.disabled}>
                {option.label}
              </option>
            ))}
          </select>
          <Icon name="chevron-down" />
        </div>
      )}
    </FieldFrame>
  )
}

/** Only what was given: an absent property is not an undefined one. */
const frameOf = (frame: { [part in keyof Frame]?: Frame[part] | undefined } & { label: string }): Frame =>
  Object.fromEntries(Object.entries(frame).filter(([, value]) => value !== undefined)) as Frame // `label` is always there
