/** The first password was chosen by somebody else; it opens nothing until it is replaced. */
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { becauseOf, Problem } from '../client.ts'
import { Button } from '../primitives/button.tsx'
import { PasswordField } from '../primitives/field.tsx'
import { useSession } from '../session.tsx'
import { NewPassword, whyNot } from './new-password.tsx'

export type ChangePasswordFormProps = { readonly name: string; readonly onDone?: () => void; readonly onSignOut?: () => void }

export function ChangePasswordForm({ name, onDone, onSignOut }: ChangePasswordFormProps) {
  const { t } = useTranslation('common')
  const { changePassword } = useSession()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [repeated, setRepeated] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>()

  const missing = !current ? 'signIn.currentMissing' : whyNot(name, next, repeated)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || missing) return
    setBusy(true)
    setProblem(undefined)
    try {
      await changePassword(current, next)
      onDone?.()
    } catch (thrown) {
      setProblem(thrown)
    } finally {
      setBusy(false)
    }
  }

  const aboutNext = problem instanceof Problem && problem.code.startsWith('password-')
  return (
    <form className="sign-in-form" onSubmit={submit} noValidate>
      <input type="text" name="username" autoComplete="username" value={name} readOnly hidden />
      <PasswordField
        label={t('signIn.currentPassword')}
        autoComplete="current-password"
        required
        autoFocus
        value={current}
        error={problem && !aboutNext ? becauseOf(problem) : undefined}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <NewPassword
        name={name}
        password={next}
        repeated={repeated}
        onPassword={setNext}
        onRepeated={setRepeated}
        error={aboutNext ? becauseOf(problem) : undefined}
      />
      <Button type="submit" kind="primary" size="large" busy={busy} disabledBecause={missing && t(missing)}>
        {t('signIn.savePassword')}
      </Button>
      {onSignOut ? (
        <Button kind="quiet" onClick={onSignOut}>
          {t('signOut')}
        </Button>
      ) : null}
    </form>
  )
}
