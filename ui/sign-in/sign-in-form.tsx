/** Name and password. Says what went wrong, keeps the name that was typed, puts the cursor where it is needed. */
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { becauseOf, Problem } from '../client.ts'
import { Button } from '../primitives/button.tsx'
import { Field, PasswordField } from '../primitives/field.tsx'
import { Icon } from '../primitives/icon.tsx'
import { useSession } from '../session.tsx'

const lastNameKey = 'gengfu.last-name'

function lastName(): string {
  try {
    return localStorage.getItem(lastNameKey) ?? ''
  } catch {
    return ''
  }
}

export type SignInFormProps = {
  /** Remember who signed in last on this device: right for an officer's own phone, wrong for a shared desk. */
  readonly remembersName?: boolean
}

export function SignInForm({ remembersName }: SignInFormProps) {
  const { t } = useTranslation('common')
  const { signIn, status } = useSession()
  const [name, setName] = useState(remembersName ? lastName : '')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  const nameField = useRef<HTMLInputElement>(null)
  const passwordField = useRef<HTMLInputElement>(null)

  const startsAtPassword = useRef(name !== '')
  useEffect(() => (startsAtPassword.current ? passwordField : nameField).current?.focus(), []) // once: where typing starts

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    if (!name.trim()) return nameField.current?.focus()
    if (!password) return passwordField.current?.focus()
    setBusy(true)
    setProblem(undefined)
    try {
      await signIn(name.trim(), password)
      if (remembersName) localStorage.setItem(lastNameKey, name.trim())
    } catch (thrown) {
      setProblem(thrown)
      setBusy(false)
      // nothing was wrong with the password when nobody heard it
      if (!(thrown instanceof Problem && (thrown.code === 'offline' || thrown.status >= 500))) setPassword('')
      passwordField.current?.focus()
    }
  }

  const expired = status.state === 'signed-out' && status.because === 'session-expired'
  return (
    <form className="sign-in-form" onSubmit={submit} noValidate>
      {expired && !problem ? (
        <p className="notice" role="status">
          <Icon name="clock" />
          {t('signIn.expired')}
        </p>
      ) : null}
      {problem ? (
        <p className="notice notice-problem" role="alert">
          <Icon name="alert" />
          {becauseOf(problem)}
        </p>
      ) : null}
      <Field
        ref={nameField}
        label={t('signIn.name')}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        required
        maxLength={64}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <PasswordField
        ref={passwordField}
        label={t('signIn.password')}
        name="password"
        autoComplete="current-password"
        required
        maxLength={256}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button type="submit" kind="primary" size="large" busy={busy}>
        {t('signIn.enter')}
      </Button>
    </form>
  )
}
